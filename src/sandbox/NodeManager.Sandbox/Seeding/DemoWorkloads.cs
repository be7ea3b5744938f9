using System.Globalization;

namespace NodeManager.Sandbox.Seeding;

internal static class DemoWorkloads
{
    private static readonly string[] Teams =
    [
        "analytics",
        "catalog",
        "fulfilment",
        "identity",
        "logistics",
        "pricing",
        "search",
        "support",
    ];
    private static readonly string[] Parts = ["api", "worker", "gateway", "indexer", "sync", "cache", "scheduler", "exporter"];

    public static IReadOnlyList<string> Namespaces { get; } =
    ["batch", "data", "ingress-nginx", "machine-learning", "monitoring", "payments", "shop"];

    public static IReadOnlyList<Workload> DaemonSets { get; } =
    [
        new("kube-system", "aws-node", 0, "602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni:v1.20.1", 50, 64)
        {
            IsOnHostNetwork = true,
            PriorityClass = "system-node-critical",
        },
        new("kube-system", "kube-proxy", 0, "registry.k8s.io/kube-proxy:v1.37.2", 100, 64)
        {
            IsOnHostNetwork = true,
            PriorityClass = "system-node-critical",
        },
        new("monitoring", "node-exporter", 0, "quay.io/prometheus/node-exporter:v1.9.1", 50, 48) { IsOnHostNetwork = true },
    ];

    public static IReadOnlyList<Workload> ControlPlane { get; } =
    [
        new("kube-system", "etcd", 0, "registry.k8s.io/etcd:3.6.4-0", 100, 100),
        new("kube-system", "kube-apiserver", 0, "registry.k8s.io/kube-apiserver:v1.37.2", 250, 0),
        new("kube-system", "kube-controller-manager", 0, "registry.k8s.io/kube-controller-manager:v1.37.2", 200, 0),
        new("kube-system", "kube-scheduler", 0, "registry.k8s.io/kube-scheduler:v1.37.2", 100, 0),
    ];

    public static IReadOnlyList<Workload> StatefulSets { get; } =
    [
        new("data", "postgres", 3, "docker.io/library/postgres:17.6", 1000, 8192)
        {
            Pool = SeedPool.Memory,
            VolumeSize = "200Gi",
            MaxUnavailable = "1",
        },
        new("monitoring", "prometheus", 1, "quay.io/prometheus/prometheus:v3.5.0", 500, 4096) { VolumeSize = "100Gi" },
    ];

    /// <summary>One PDB never allows a disruption (ledger), several allow one.</summary>
    public static IReadOnlyList<Workload> Deployments { get; } =
    [
        new("kube-system", "coredns", 2, "registry.k8s.io/coredns/coredns:v1.12.1", 100, 70)
        {
            MaxUnavailable = "1",
            PriorityClass = "system-cluster-critical",
        },
        new("kube-system", "metrics-server", 2, "registry.k8s.io/metrics-server/metrics-server:v0.8.0", 100, 200)
        {
            MinAvailable = "1",
            PriorityClass = "system-cluster-critical",
        },
        new("ingress-nginx", "ingress-nginx-controller", 2, "registry.k8s.io/ingress-nginx/controller:v1.13.2", 250, 256)
        {
            MinAvailable = "1",
        },
        new("machine-learning", "recommender", 2, "registry.example.com/ml/recommender:2.8.0", 2000, 8192)
        {
            Pool = SeedPool.Gpu,
            Gpus = 1,
        },
        new("monitoring", "grafana", 1, "docker.io/grafana/grafana:12.1.1", 250, 512) { HasEmptyDir = true },
        new("monitoring", "kube-state-metrics", 1, "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0", 100, 190),
        new("payments", "gateway", 3, "registry.example.com/payments/gateway:4.2.1", 500, 512) { MaxUnavailable = "1" },
        new("payments", "ledger", 2, "registry.example.com/payments/ledger:1.19.3", 750, 1024) { MinAvailable = "2" },
        new("shop", "cart", 3, "registry.example.com/shop/cart:7.3.0", 250, 512) { MinAvailable = "2" },
        new("shop", "catalog", 4, "registry.example.com/shop/catalog:5.11.2", 500, 768),
        new("shop", "checkout", 3, "registry.example.com/shop/checkout:3.0.9", 500, 512) { MaxUnavailable = "1" },
        new("shop", "frontend", 6, "registry.example.com/shop/frontend:12.4.0", 300, 384) { MaxUnavailable = "34%" },
        new("shop", "image-resizer", 2, "registry.example.com/shop/image-resizer:1.6.0", 500, 512) { HasEmptyDir = true },
    ];

    /// <summary>Generates further workloads up to this number of pods.</summary>
    public static IEnumerable<Workload> More(int pods, int seed)
    {
        for (int index = 0; pods > 0; index++)
        {
            string team = Teams[index % Teams.Length];
            string name = string.Create(
                CultureInfo.InvariantCulture,
                $"{Parts[index / Teams.Length % Parts.Length]}-{index / (Teams.Length * Parts.Length) + 1}"
            );
            uint dice = StableHash.Of(team + name, seed);
            int replicas = Math.Min(pods, 2 + (int)(dice % 9));
            pods -= replicas;
            yield return new(
                team,
                name,
                replicas,
                $"registry.example.com/{team}/{name}:1.{dice % 20}.{dice % 7}",
                100 + (int)(dice % 8 * 50),
                128 + (int)(dice % 5 * 128)
            )
            {
                Pool = dice % 11 == 0 ? SeedPool.Memory : SeedPool.General,
                MaxUnavailable = dice % 2 == 0 ? "1" : null,
                HasEmptyDir = dice % 13 == 0,
            };
        }
    }

    public static IReadOnlyList<string> MoreNamespaces => Teams;
}
