/** Where the parts of the stack answer in a browser on the same machine. The ports stand in compose.yaml, too. */
export const addresses = {
  grafana: 'http://localhost:3000',
  jaeger: 'http://localhost:16686',
  pages: 'http://localhost:8080',
} as const;
