# The roles over Kafka and a ClickHouse server: sluice ingest, process, sink, api, tail, topics.
# The embedded engine needs glibc and is not in this image: a store is a server here (--store http://…).
ARG DOTNET=10.0

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:${DOTNET}-alpine3.22 AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props global.json .editorconfig ./
COPY eng eng
COPY schemas schemas
COPY streams streams
COPY ingest ingest
COPY processors processors
COPY sinks sinks
COPY api api
COPY lab lab
COPY cli cli
RUN dotnet publish cli/Sluice.Cli.csproj --configuration Release --output /app -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET}-alpine3.22
# The native half of the Kafka client, found as the system's library; 2.1 or newer is needed, Alpine 3.22 has 2.10.
RUN apk add --no-cache librdkafka
WORKDIR /app
COPY --from=build /app .
# The image's own user without rights, as a number so that Kubernetes sees that it is not root.
USER 1654:1654
EXPOSE 8080 9464
ENTRYPOINT ["dotnet", "/app/sluice.dll"]
CMD ["--help"]
