using System.Text.Json;
using NodeManager.Kubernetes.Models;
using static NodeManager.Core.Tests.Health.HealthCase;

namespace NodeManager.Core.Tests.Health;

public class HealthRulesTests
{
    private static readonly Dictionary<string, (string Expected, Func<HealthCase> Make)> Cases = new()
    {
        ["healthy"] = ("", static () => new()),
        ["no lease, as on a cluster without leases"] = ("", static () => new HealthCase().NoLease()),

        // The kubelet reports.
        ["ready false"] = ("Critical NotReady", static () => new HealthCase().Condition("Ready", "False")),
        ["ready unknown"] = ("Critical Unreachable", static () => new HealthCase().Condition("Ready", "Unknown")),
        ["never reported"] = ("Critical Unreachable", static () => new HealthCase().Without("Ready")),
        ["stale lease, still ready"] = ("Critical Unreachable", static () => new HealthCase().Lease("11:59:19", "11:59:19")),
        ["lease at the limit"] = ("", static () => new HealthCase().Lease("11:59:20", "11:59:20")),
        ["stale lease, ready false"] = (
            "Critical Unreachable",
            static () => new HealthCase().Lease("11:50:00", "11:50:00").Condition("Ready", "False")
        ),
        ["a watcher saw it renewed"] = ("", static () => new HealthCase().Lease("11:50:00", "11:50:00", "11:59:50")),
        ["a watcher did not"] = ("Critical Unreachable", static () => new HealthCase().Lease("11:59:59", "11:59:59", "11:59:00")),
        ["one incident of a dead node"] = (
            "Critical Unreachable",
            static () =>
                new HealthCase()
                    .Condition("Ready", "Unknown")
                    .Lease("11:49:00", "11:49:00")
                    .Condition("MemoryPressure", "Unknown")
                    .Taint("node.kubernetes.io/unreachable", "NoExecute")
                    .Pods(3, ready: false)
                    .SystemPod(5)
        ),
        ["one incident of a network without plugin"] = (
            "Critical NotReady",
            static () => new HealthCase().Condition("Ready", "False").Condition("NetworkUnavailable", "True")
        ),
        ["runtime down, told by a health checker too"] = (
            "Critical NotReady",
            static () => new HealthCase().Condition("Ready", "False").Condition("ContainerRuntimeUnhealthy", "True")
        ),
        ["a deadlock is a cause of its own"] = (
            "Critical NotReady, Critical KernelDeadlock",
            static () => new HealthCase().Condition("Ready", "False").Condition("KernelDeadlock", "True")
        ),

        // Conditions.
        ["memory"] = ("Warning MemoryPressure", static () => new HealthCase().Condition("MemoryPressure", "True")),
        ["disk"] = ("Warning DiskPressure", static () => new HealthCase().Condition("DiskPressure", "True")),
        ["processes"] = ("Warning PIDPressure", static () => new HealthCase().Condition("PIDPressure", "True")),
        ["network"] = ("Critical NetworkUnavailable", static () => new HealthCase().Condition("NetworkUnavailable", "True").SystemPod(9)),
        ["network fine"] = ("", static () => new HealthCase().Condition("NetworkUnavailable", "False")),
        ["memory, its evictions, its taint"] = (
            "Warning MemoryPressure",
            static () =>
                new HealthCase()
                    .Condition("MemoryPressure", "True")
                    .Evicted()
                    .Event("EvictionThresholdMet", "11:50:00")
                    .Taint("node.kubernetes.io/memory-pressure")
        ),
        ["disk, its images"] = (
            "Warning DiskPressure",
            static () => new HealthCase().Condition("DiskPressure", "True").Event("FreeDiskSpaceFailed", "11:58:00")
        ),
        ["detector"] = ("Warning FrequentKubeletRestart", static () => new HealthCase().Condition("FrequentKubeletRestart", "True")),
        ["detector, grave"] = ("Critical ReadonlyFilesystem", static () => new HealthCase().Condition("ReadonlyFilesystem", "True")),
        ["detector, all well"] = (
            "",
            static () => new HealthCase().Condition("KernelDeadlock", "False").Condition("ReadonlyFilesystem", "False")
        ),
        ["detector does not know"] = ("", static () => new HealthCase().Condition("KernelDeadlock", "Unknown")),
        ["detector of good states"] = (
            "Warning StorageReady",
            static () => new HealthCase().Condition("StorageReady", "False").Condition("KernelReady", "True")
        ),
        ["our own conditions"] = (
            "",
            static () => new HealthCase().Condition("DrainInProgress", "True").Condition("Drained", "True").Condition("EtcdIsVoter", "True")
        ),

        // Flapping.
        ["flapping, up"] = ("Warning Flapping", static () => new HealthCase().Event("NodeNotReady", "11:58:00", 3, "11:30:00")),
        ["two components tell the same"] = (
            "",
            static () =>
                new HealthCase()
                    .Event("NodeNotReady", "11:58:00", 2, "11:30:00")
                    .Event("NodeNotReady", "11:58:00", 2, "11:30:00", component: "node-controller")
        ),
        ["flapping, down for a moment"] = (
            "Critical Flapping",
            static () => new HealthCase().Event("NodeNotReady", "11:59:00", 3, "11:30:00").Condition("Ready", "False", "11:59:00")
        ),
        ["flapped, down for good"] = (
            "Critical NotReady",
            static () => new HealthCase().Event("NodeNotReady", "11:50:00", 3, "11:30:00").Condition("Ready", "False", "11:50:00")
        ),
        ["flapped, and is quiet"] = ("", static () => new HealthCase().Event("NodeNotReady", "11:44:00", 3, "11:30:00")),
        ["flapped in the night"] = ("", static () => new HealthCase().Event("NodeNotReady", "03:50:00", 9, "03:30:00")),
        ["of an old count, the share of the hour"] = ("", static () => new HealthCase().Event("NodeNotReady", "11:50:00", 10, "02:00:00")),

        // Pods.
        ["system pod restarts"] = ("Warning SystemPodsRestarting", static () => new HealthCase().SystemPod(3)),
        ["by its priority class"] = (
            "Warning SystemPodsRestarting",
            static () => new HealthCase().SystemPod(3, ns: "monitoring", priorityClass: "system-node-critical")
        ),
        ["twice is not often"] = ("", static () => new HealthCase().SystemPod(2)),
        ["long ago"] = ("", static () => new HealthCase().SystemPod(30, last: "11:40:00")),
        ["backs off"] = (
            "Warning SystemPodsRestarting",
            static () => new HealthCase().SystemPod(30, "11:40:00", """ "waiting": { "reason": "CrashLoopBackOff" } """)
        ),
        ["a user's pod"] = ("", static () => new HealthCase().SystemPod(30, ns: "shop")),
        ["pods, near the limit"] = ("Warning PodLimit", static () => new HealthCase().Pods(9)),
        ["pods, room left"] = ("", static () => new HealthCase().Pods(8)),
        ["evictions under way"] = ("Warning Evictions", static () => new HealthCase().Evicted()),
        ["evictions of a pressure that ended"] = (
            "Information Evictions",
            static () => new HealthCase().Evicted().Condition("MemoryPressure", "False", "11:35:00")
        ),
        ["evictions of yesterday"] = ("", static () => new HealthCase().Evicted(at: "10:00:00")),
        ["the pod is gone, the event is not"] = (
            "Warning Evictions",
            static () => new HealthCase().Event("Evicted", "11:50:00", kind: "Pod", name: "cart-1")
        ),
        ["images"] = ("Warning ImageGarbageCollection", static () => new HealthCase().Event("ImageGCFailed", "11:50:00", 4, "11:00:00")),
        ["images, over"] = ("", static () => new HealthCase().Event("ImageGCFailed", "11:44:00", 4, "11:00:00")),

        // Scheduling.
        ["cordoned for long"] = ("Warning CordonedForLong", static () => new HealthCase().Cordon("2026-02-28T12:00:00Z")),
        ["cordoned today"] = ("", static () => new HealthCase().Cordon("2026-02-28T12:00:01Z")),
        ["cordoned, nobody knows when"] = ("Information CordonedForLong", static () => new HealthCase().Cordon(null)),
        ["cordoned by us, the taint is younger"] = (
            "Warning CordonedForLong",
            static () => new HealthCase().Cordon("2026-03-01T11:00:00Z", """{"by":"ann@box","reason":"disk","at":"2026-02-01T00:00:00Z"}""")
        ),
        ["repelling taints"] = ("Information RepellingTaints", static () => new HealthCase().Taint("dedicated", value: "gpu").Pods(2)),
        ["somebody tolerates them"] = (
            "",
            static () =>
                new HealthCase()
                    .Taint("dedicated", value: "gpu")
                    .Pod(
                        """{ "metadata": { "name": "a" }, "spec": { "tolerations": [{ "key": "dedicated", "operator": "Exists" }] }, "status": { "phase": "Running" } }"""
                    )
        ),
        ["a DaemonSet tolerates everything"] = (
            "Information RepellingTaints",
            static () =>
                new HealthCase()
                    .Taint("dedicated")
                    .Pod(
                        """
                        { "metadata": { "name": "a", "ownerReferences": [{ "kind": "DaemonSet", "name": "d", "uid": "u", "controller": true }] },
                          "spec": { "tolerations": [{ "operator": "Exists" }] }, "status": { "phase": "Running" } }
                        """
                    )
        ),
        ["preferences repel nobody"] = ("", static () => new HealthCase().Taint("dedicated", "PreferNoSchedule")),
        ["control plane"] = ("", static () => new HealthCase().Taint("node-role.kubernetes.io/control-plane")),
        ["no cloud has claimed it"] = (
            "Warning RepellingTaints",
            static () => new HealthCase().Taint("node.cloudprovider.kubernetes.io/uninitialized")
        ),

        // Versions and clocks.
        ["kubelet newer"] = ("Warning VersionSkew", static () => new HealthCase().Versions("v1.35.0", "v1.34.9")),
        ["patches do not matter"] = ("", static () => new HealthCase().Versions("v1.34.9", "v1.34.0")),
        ["three older, from 1.28"] = ("", static () => new HealthCase().Versions("v1.25.16", "v1.28.0")),
        ["four older"] = ("Warning VersionSkew", static () => new HealthCase().Versions("v1.24.16", "v1.28.0")),
        ["two older, before 1.28"] = ("", static () => new HealthCase().Versions("v1.25.16", "v1.27.0")),
        ["three older, before 1.28"] = ("Warning VersionSkew", static () => new HealthCase().Versions("v1.24.16", "v1.27.0")),
        ["a provider's versions"] = ("", static () => new HealthCase().Versions("v1.33.1-eks-1234", "v1.34+")),
        ["no version"] = ("", static () => new HealthCase().Versions("", "v1.34.0")),
        ["clock ahead"] = ("Warning ClockSkew", static () => new HealthCase().Lease("12:05:00", "11:59:55")),
        ["clock behind, and alive"] = ("Warning ClockSkew", static () => new HealthCase().Lease("11:50:00", "11:59:55")),
        ["old server, its time of the first write"] = (
            "",
            static () => new HealthCase().Lease("11:59:55", "03:00:00").Versions("v1.20.2", "v1.20.2")
        ),
        ["old server, clock ahead"] = (
            "Warning ClockSkew",
            static () => new HealthCase().Lease("12:03:00", "03:00:00").Versions("v1.20.2", "v1.20.2")
        ),
        ["old server, clock behind"] = (
            "Warning ClockSkew",
            static () => new HealthCase().Lease("11:57:00", "03:00:00").Versions("v1.20.2", "v1.20.2")
        ),
        ["old server, not noticed yet"] = ("", static () => new HealthCase().Lease("11:59:00", "03:00:00").Versions("v1.20.2", "v1.20.2")),
        ["old server, silent"] = (
            "Critical Unreachable",
            static () => new HealthCase().Lease("11:50:00", "03:00:00").Versions("v1.20.2", "v1.20.2").Condition("Ready", "Unknown")
        ),
        ["old server, watched"] = (
            "Critical Unreachable",
            static () => new HealthCase().Lease("11:59:00", "03:00:00", "11:59:10").Versions("v1.20.2", "v1.20.2")
        ),
        ["clock a little off"] = ("", static () => new HealthCase().Lease("12:00:05", "11:59:55")),
        ["several"] = (
            "Warning DiskPressure, Warning VersionSkew, Information RepellingTaints",
            static () => new HealthCase().Taint("dedicated").Versions("v1.35.0", "v1.34.0").Condition("DiskPressure", "True")
        ),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_incident_has_one_cause(string name) => Assert.Equal(Cases[name].Expected, Cases[name].Make().Summary());

    [Fact]
    public void A_lost_node_is_one_finding_with_the_other_signals_as_evidence()
    {
        NodeFinding finding = Assert.Single(
            new HealthCase()
                .Condition("Ready", "Unknown", "11:50:00", "NodeStatusUnknown", "Kubelet stopped posting node status.")
                .Lease("11:49:20", "11:49:20")
                .Taint("node.kubernetes.io/unreachable", "NoExecute", timeAdded: "2026-03-01T11:50:05Z")
                .Pods(2, ready: false)
                .Judge()
        );

        Assert.Equal("The kubelet stopped reporting: Ready is Unknown and the Lease is not renewed.", finding.Message);
        Assert.Equal(At("11:49:20"), finding.Since);
        Assert.Equal(Now, finding.ObservedAt);
        Assert.Equal(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(40), finding.Duration);
        Assert.Equal(("worker-1", "u-1", "a", "test"), (finding.Node, finding.NodeUid, finding.Zone, finding.Cluster));
        Assert.Equal(
            [
                "Condition Ready: Unknown: NodeStatusUnknown: Kubelet stopped posting node status.",
                "Lease kube-node-lease/worker-1: not renewed since 2026-03-01 11:49:20Z",
                "Taint node.kubernetes.io/unreachable:NoExecute: set for the Ready condition",
                "Pod 2 pods: not ready: shop/web-0, shop/web-1",
            ],
            finding.Evidence.Select(static one => one.ToString())
        );
    }

    [Fact]
    public void Flapping_in_the_observed_history_is_a_finding()
    {
        HealthCase node = new();

        Assert.Empty(node.Judge([At("10:30:00"), At("11:10:00"), At("11:50:00")]));
        NodeFinding finding = Assert.Single(node.Judge([At("11:05:00"), At("11:30:00"), At("11:50:00")]));

        Assert.Equal(NodeFindingCause.Flapping, finding.Cause);
        Assert.Equal(At("11:05:00"), finding.Since);
    }

    [Fact]
    public void A_cordon_has_its_reason_as_evidence()
    {
        NodeFinding finding = Assert.Single(
            new HealthCase().Cordon("2026-03-01T11:00:00Z", """{"by":"ann@box","reason":"disk","at":"2026-02-01T00:00:00Z"}""").Judge()
        );

        Assert.Equal(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), finding.Since);
        Assert.Equal("Node nodemanager.io/drain: cordoned by ann@box: disk", Assert.Single(finding.Evidence).ToString());
    }

    [Fact]
    public void Lease_times_are_server_times()
    {
        NodeLease lease = JsonSerializer.Deserialize(
            """{"metadata":{"name":"n","managedFields":[{"manager":"kubelet","time":"2026-03-01T12:00:00Z"}]},"spec":{"renewTime":"2026-03-01T12:00:00.5Z"}}""",
            KubernetesJson.Default.NodeLease
        )!;

        Assert.Equal("n", ((KubernetesObject)lease).Metadata.Name);
        Assert.Equal(Now, Assert.Single(lease.Metadata.ManagedFields!).Time);
    }
}
