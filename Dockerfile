# The service of examples/service.py, for a user without rights: docs/installing.md#a-container
FROM python:3.13-slim AS built
COPY . /source
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-compile /source "fastapi>=0.115" "uvicorn>=0.30" \
    && /venv/bin/pip uninstall -y pip \
    && cp -rL /source/config /config

FROM python:3.13-slim
COPY --from=built /venv /venv
COPY --from=built /config /config
COPY examples/service.py /service/
RUN useradd --system --uid 10001 --no-create-home service
USER 10001
ENV PYTHONDONTWRITEBYTECODE=1 WORKFORCE_CONFIGS=/config
WORKDIR /service
EXPOSE 8000
HEALTHCHECK CMD ["/venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=5)"]
CMD ["/venv/bin/uvicorn", "service:app", "--host", "0.0.0.0", "--port", "8000"]
