# npmguard in an image of its own: docker build -t npmguard . && docker run --rm -v "$PWD:/work" npmguard check
# Who wants the base by digest or from a mirror: --build-arg BASE=python:3.13-slim-trixie@sha256:...
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS build
WORKDIR /src
COPY requirements requirements
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
 && python -m venv --without-pip /opt/npmguard \
 && /opt/build/bin/pip --python /opt/npmguard/bin/python install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY npmguard npmguard
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /opt/wheel . \
 && /opt/build/bin/pip --python /opt/npmguard/bin/python install --no-cache-dir --no-deps /opt/wheel/*.whl

FROM ${BASE}
COPY --from=build /opt/npmguard /opt/npmguard
# whoever runs it (docker run --user) may write to the cache, and nowhere else
RUN mkdir --mode=1777 /var/cache/npmguard
ENV PATH=/opt/npmguard/bin:$PATH \
    NPMGUARD_CACHE_DIR=/var/cache/npmguard
WORKDIR /work
USER 10001:10001
ENTRYPOINT ["npmguard"]
CMD ["check"]
