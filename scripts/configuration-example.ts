/** A file with every section that somebody is likely to need. A test has it checked. */
export const exampleConfiguration = `# leasewatch.yaml
version: 1                        # of the layout of this file
mode: cluster
listen: 0.0.0.0:9465
web:
  configFile: /etc/leasewatch/web.yml # TLS, users and limits, see docs/security.md
kubernetes:
  namespaces: [kube-system, shop] # or all
  leases: [till, stock]           # only Leases of these names
  nodes: true
  pods: true                      # look up the Pods of holders; in mode cluster unless told otherwise
replicas:
  lease: leasewatch               # the holder of this Lease pushes; off, if left out
  namespace: monitoring           # POD_NAMESPACE, if left out
websockets:
  ports: [8080]
  interval: 5s
otlp:
  endpoint: http://tempo:4318     # traces go to /v1/traces below it
  sample: 1                       # share of ordinary election rounds that are traced
loki:
  url: http://loki:3100           # logs go to /loki/api/v1/push below it
  tenant: shop                    # sent as X-Scope-OrgID
proxy:                            # HTTP_PROXY, HTTPS_PROXY and NO_PROXY, if left out
  https: http://proxy:3128
  except: localhost,.svc
outbox:
  path: /var/lib/leasewatch/outbox.db # or off; what a receiver has not taken yet, and what a restart must not forget
  maxBytes: 256MiB
  bytesPerSecond: 32KiB           # of all receivers together; everything, if left out
cluster: east                     # the UID of the namespace kube-system, if left out
site: paris
log:
  level: info
  format: json
page:
  traceUrl: https://jaeger.example/trace/{traceId} # makes links of trace ids
policies:                         # the first that matches applies
  - match: { namespace: shop, name: till }
    expect: held
    severity: critical
`;
