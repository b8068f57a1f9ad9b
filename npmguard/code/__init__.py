"""What the JavaScript and the shell texts of a package do, read from the texts alone.

Nothing here opens a file or a socket, and nothing that is read is ever run. `package.examine` is the way in;
`script` reads what shells are told, `javascript` what node is, `gyp` what a native build is.
"""
