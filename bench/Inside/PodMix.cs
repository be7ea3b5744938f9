using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Bench.Inside;

/// <summary>
/// The pods of Karpenter's published scheduling benchmark (scheduling_benchmark_test.go: requests, labels and constraints drawn from the same
/// sets), a fifth of each kind: generic, zone spread, host spread, zone affinity, host anti-affinity.
/// </summary>
internal sealed class PodMix(int seed)
{
    private const string Zone = "topology.kubernetes.io/zone",
        Host = "kubernetes.io/hostname";

    private static readonly int[] Cpu = [100, 250, 500, 1000, 1500];
    private static readonly int[] Memory = [100, 256, 512, 1024, 2048, 4096];

    private readonly Random _random = new(seed);
    private int _number;

    public List<Pod> Make(int count)
    {
        int fifth = count / 5;
        List<Pod> pods =
        [
            .. Many(fifth, Label("my-label"), static _ => { }),
            .. Many(fifth, Label("my-label"), pod => Spread(pod, Zone)),
            .. Many(fifth, Label("my-label"), pod => Spread(pod, Host)),
            .. Many(fifth, Label("my-affinity"), pod => pod.Spec.Affinity = new() { PodAffinity = Terms(Label("my-affinity")(), Zone) }),
            .. Many(
                fifth,
                static () => new() { ["app"] = "nginx" },
                static pod => pod.Spec.Affinity = new() { PodAntiAffinity = Terms(new() { ["app"] = "nginx" }, Host) }
            ),
        ];
        pods.AddRange(Many(count - pods.Count, Label("my-label"), static _ => { }));
        return pods;
    }

    /// <summary>Pods with requests, selectors and tolerations.</summary>
    public List<Pod> Plain(int count, int zones) =>
        [
            .. Many(
                count,
                Label("my-label"),
                pod =>
                {
                    if (_random.Next(2) == 0)
                        pod.Spec.NodeSelector = new() { [Zone] = $"zone-{_random.Next(zones) + 1}" };
                    if (_random.Next(3) == 0)
                        pod.Spec.Tolerations =
                        [
                            new()
                            {
                                Key = "dedicated",
                                Operator = "Equal",
                                Value = "batch",
                                Effect = "NoSchedule",
                            },
                        ];
                }
            ),
        ];

    private IEnumerable<Pod> Many(int count, Func<Dictionary<string, string>> labels, Action<Pod> change)
    {
        for (int index = 0; index < count; index++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"pod-{_number++:00000}");
            Pod pod = new()
            {
                Metadata = new()
                {
                    Name = name,
                    Namespace = "default",
                    Uid = name,
                    Labels = labels(),
                    CreationTimestamp = DateTimeOffset.UnixEpoch,
                },
                Spec = new()
                {
                    Containers =
                    [
                        new()
                        {
                            Name = "c",
                            Resources = new() { Requests = Requests() },
                        },
                    ],
                },
                Status = new()
                {
                    Phase = "Pending",
                    Conditions =
                    [
                        new()
                        {
                            Type = "PodScheduled",
                            Status = "False",
                            Reason = "Unschedulable",
                            LastTransitionTime = DateTimeOffset.UnixEpoch,
                        },
                    ],
                },
            };
            change(pod);
            yield return pod;
        }
    }

    private Dictionary<string, Quantity> Requests() =>
        new()
        {
            ["cpu"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{Cpu[_random.Next(Cpu.Length)]}m")),
            ["memory"] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{Memory[_random.Next(Memory.Length)]}Mi")),
        };

    private Func<Dictionary<string, string>> Label(string key) => () => new() { [key] = ((char)('a' + _random.Next(7))).ToString() };

    private void Spread(Pod pod, string key) =>
        pod.Spec.TopologySpreadConstraints = [
            new()
            {
                MaxSkew = 1,
                TopologyKey = key,
                WhenUnsatisfiable = "DoNotSchedule",
                LabelSelector = new() { MatchLabels = Label("my-label")() },
            },
        ];

    private static PodAffinity Terms(Dictionary<string, string> labels, string key) =>
        new()
        {
            RequiredDuringSchedulingIgnoredDuringExecution =
            [
                new()
                {
                    TopologyKey = key,
                    LabelSelector = new() { MatchLabels = labels },
                },
            ],
        };
}
