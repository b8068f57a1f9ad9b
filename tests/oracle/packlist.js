// Asks npm's own list-maker: a line of JSON {path, prefix, workspaces} in, one with its files or its error out.
// The argument is npm's folder. One process answers many questions, as starting npm takes longer than a list.
const ask = require('module').createRequire(process.argv[2] + '/lib/npm.js')
const packlist = ask('npm-packlist')
const Arborist = ask('@npmcli/arborist')
let refuse = () => {}
process.on('unhandledRejection', error => refuse(error))
process.on('uncaughtException', error => refuse(error))

const answer = line => new Promise((resolve, reject) => {
  refuse = reject
  const { path, prefix, workspaces } = JSON.parse(line)
  new Arborist({ path }).loadActual()
    .then(tree => packlist(tree, { path, prefix, workspaces }))
    .then(resolve, reject)
})

let before = Promise.resolve()
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  before = before
    .then(() => answer(line))
    .then(files => ({ files }), error => ({ error: String(error.message || error) }))
    .then(said => console.log(JSON.stringify(said)))
})
