using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Decisions;
using NodeManager.Scheduling.Packing;

namespace NodeManager.Scheduling.Tests;

public sealed class PodFitTests
{
    [Theory]
    [InlineData("""{"nodeName":"where it runs now"}""", "{}", null)]
    [InlineData("{}", """{"unschedulable":true}""", "node(s) were unschedulable")]
    [InlineData("""{"tolerations":[{"key":"node.kubernetes.io/unschedulable","operator":"Exists"}]}""", """{"unschedulable":true}""", null)]
    [InlineData("{}", """{"taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"}]}""", "node(s) had untolerated taint {gpu: yes}")]
    [InlineData("{}", """{"taints":[{"key":"gpu","effect":"PreferNoSchedule"}]}""", null)]
    [InlineData("""{"nodeSelector":{"zone":"b"}}""", "{}", "node(s) didn't match Pod's node affinity/selector")]
    [InlineData("""{"nodeSelector":{"zone":"a"}}""", "{}", null)]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"3"}}}]}""", "{}", "Insufficient cpu")]
    [InlineData("""{"containers":[{"resources":{"requests":{"cpu":"2"}}}]}""", "{}", null)]
    [InlineData("""{"containers":[{"resources":{"requests":{"example.com/thing":"1"}}}]}""", "{}", "Insufficient example.com/thing")]
    [InlineData("""{"containers":[{"resources":{"requests":{"example.com/thing":"0"}}}]}""", "{}", null)]
    [InlineData(
        """{"containers":[{"ports":[{"containerPort":80,"hostPort":8080}]}]}""",
        "{}",
        "node(s) didn't have free ports for the requested pod ports"
    )]
    [InlineData(
        """{"hostNetwork":true,"containers":[{"ports":[{"containerPort":8080}]}]}""",
        "{}",
        "node(s) didn't have free ports for the requested pod ports"
    )]
    [InlineData("""{"containers":[{"ports":[{"containerPort":80,"hostPort":8080,"protocol":"UDP"}]}]}""", "{}", null)]
    [InlineData("""{"containers":[{"ports":[{"containerPort":8080}]}]}""", "{}", null)]
    public void A_node_is_rejected_with_the_message_of_the_scheduler(string pod, string nodeSpec, string? reason)
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [Make.Node("a", """{"zone":"a"}""", nodeSpec)],
            [
                Make.Pod(
                    """{"nodeName":"a","containers":[{"resources":{"requests":{"cpu":"2"}},"ports":[{"containerPort":1,"hostPort":8080}]}]}""",
                    name: "there"
                ),
            ],
            30
        );
        FitResult result = PodFit.Evaluate(Make.Pod(pod), snapshot.Node("a")!, snapshot);
        Assert.Equal(reason is null ? [] : [reason], result.Reasons);
        Assert.Equal(reason is null ? FitVerdict.Fits : FitVerdict.DoesNotFit, result.Verdict);
    }

    [Theory]
    [InlineData(20, "{}", "node(s) had taint {gpu: }, that the pod didn't tolerate")]
    [InlineData(30, "{}", "node(s) had untolerated taint {gpu: }")]
    [InlineData(37, "{}", "node(s) had untolerated taint(s)")]
    [InlineData(20, """{"nodeSelector":{"x":"y"},"tolerations":[{"operator":"Exists"}]}""", "node(s) didn't match Pod's node affinity")]
    [InlineData(
        37,
        """{"nodeSelector":{"x":"y"},"tolerations":[{"operator":"Exists"}]}""",
        "node(s) didn't match Pod's node affinity/selector"
    )]
    public void The_message_follows_the_version_of_the_scheduler(int minor, string pod, string reason)
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [Make.Node("a", spec: """{"taints":[{"key":"gpu","effect":"NoSchedule"}]}""")],
            [],
            minor
        );
        Assert.Equal([reason], PodFit.Evaluate(Make.Pod(pod), snapshot.Node("a")!, snapshot).Reasons);
    }

    [Theory]
    [InlineData("""{"matchExpressions":[{"key":"zone","operator":"In","values":["a","b"]}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a"]}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"absent","operator":"NotIn","values":["a"]}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"cores","operator":"Gt","values":["7"]}]}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"cores","operator":"Lt","values":["8"]}]}""", false)]
    [InlineData("""{"matchExpressions":[{"key":"zone","operator":"Exists"},{"key":"absent","operator":"Exists"}]}""", false)]
    [InlineData("""{"matchFields":[{"key":"metadata.name","operator":"In","values":["a"]}]}""", true)]
    [InlineData("""{"matchFields":[{"key":"metadata.name","operator":"NotIn","values":["a"]}]}""", false)]
    [InlineData("{}", false)]
    [InlineData(
        """{"matchFields":[{"key":"metadata.name","operator":"In","values":["b"]}]},{"matchExpressions":[{"key":"zone","operator":"Exists"}]}""",
        true
    )]
    public void Terms_of_node_affinity_are_alternatives(string terms, bool selects) =>
        Assert.Equal(
            selects,
            JsonSerializer
                .Deserialize($$"""{"nodeSelectorTerms":[{{terms}}]}""", KubernetesJson.Default.NodeSelector)!
                .Selects(Make.Node("a", """{"zone":"a","cores":"8"}"""))
        );

    [Fact]
    public void A_full_node_reports_every_insufficient_resource()
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [Make.Node("a", allocatable: """{"cpu":"1","memory":"1Gi","pods":"1"}""")],
            [Make.On("a", "there", requests: """{"cpu":"1"}""")]
        );
        FitResult result = PodFit.Evaluate(
            Make.Pod("""{"containers":[{"resources":{"requests":{"memory":"2Gi","cpu":"500m"}}}]}"""),
            snapshot.Node("a")!,
            snapshot
        );
        Assert.Equal(["Too many pods", "Insufficient cpu", "Insufficient memory"], result.Reasons);
        Assert.False(result.IsResolvable);
    }

    [Theory]
    [InlineData("""{"schedulerName":"own"}""", "the scheduler 'own' has rules of its own")]
    [InlineData("""{"schedulingGates":[{"name":"wait"}]}""", "the scheduling gate 'wait' blocks the pod")]
    [InlineData("""{"resourceClaims":[{"name":"gpu"}]}""", "the devices of ResourceClaim 'gpu' are unknown")]
    [InlineData("""{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"lost"}}]}""", "PersistentVolumeClaim 'lost' is unknown")]
    [InlineData(
        """{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"waits"}}]}""",
        "PersistentVolumeClaim 'waits' is not bound"
    )]
    [InlineData("""{"volumes":[{"name":"v","ephemeral":{}}]}""", "the PersistentVolumeClaim of volume 'v' is recreated")]
    public void A_pod_that_cannot_be_simulated_is_unknown(string pod, string reason)
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of([Make.Node("a"), Make.Node("full", allocatable: """{"pods":"0"}""")], []);
        snapshot.SetClaim(new() { Metadata = { Name = "waits", Namespace = "default" } });
        FitResult result = PodFit.Evaluate(Make.Pod(pod), snapshot.Node("a")!, snapshot);
        Assert.Equal(FitVerdict.Unknown, result.Verdict);
        Assert.Equal([reason], result.Reasons);
        Assert.Equal(FitVerdict.DoesNotFit, PodFit.Evaluate(Make.Pod(pod), snapshot.Node("full")!, snapshot).Verdict);
    }

    [Theory]
    [InlineData("a", FitVerdict.Fits)]
    [InlineData("b", FitVerdict.DoesNotFit)]
    public void A_bound_volume_restricts_the_pod_to_its_zone(string node, FitVerdict verdict)
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of([Make.Node("a", """{"zone":"a"}"""), Make.Node("b", """{"zone":"b"}""")], [], 30);
        snapshot.SetClaim(new() { Metadata = { Name = "data", Namespace = "default" }, Spec = { VolumeName = "pv" } });
        snapshot.SetVolume(
            JsonSerializer.Deserialize(
                """
                {"metadata":{"name":"pv"},"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}]}}}}
                """,
                KubernetesJson.Default.PersistentVolume
            )!
        );
        Pod pod = Make.Pod("""{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}]}""");
        FitResult result = PodFit.Evaluate(pod, snapshot.Node(node)!, snapshot);
        Assert.Equal(verdict, result.Verdict);
        if (verdict != FitVerdict.Fits)
            Assert.Equal(["node(s) had volume node affinity conflict"], result.Reasons);
    }

    [Theory]
    [InlineData("a", "waits", true, FitVerdict.Fits)]
    [InlineData("", "waits", true, FitVerdict.DoesNotFit)]
    [InlineData("a", "waits", false, FitVerdict.Unknown)]
    [InlineData("a", "waits only in a", true, FitVerdict.DoesNotFit)]
    [InlineData("a", "immediate", true, FitVerdict.Unknown)]
    [InlineData("a", "missing", true, FitVerdict.Unknown)]
    public void A_running_pod_that_moves_gets_a_new_claim_for_an_ephemeral_volume(
        string runsOn,
        string storageClass,
        bool knowsStorage,
        FitVerdict verdict
    )
    {
        ClusterSnapshot snapshot = WithNodes(knowsStorage);
        snapshot.SetClaim(Claim($$"""{"storageClassName":"{{storageClass}}","volumeName":"pv"}""", name: "web-v"));
        snapshot.SetVolume(
            Volume(
                """
                {"nodeAffinity":{"required":{"nodeSelectorTerms":[
                    {"matchFields":[{"key":"metadata.name","operator":"In","values":["a"]}]}
                ]}}}
                """
            )
        );
        snapshot.SetStorageClass(Class("immediate"));
        snapshot.SetStorageClass(Class("waits", "WaitForFirstConsumer"));
        snapshot.SetStorageClass(Class("waits only in a", "WaitForFirstConsumer"));
        Pod pod = Make.Pod($$"""{"nodeName":"{{runsOn}}","volumes":[{"name":"v","ephemeral":{} }]}""");

        FitResult result = PodFit.Evaluate(pod, snapshot.Node("b")!, snapshot);

        Assert.Equal(verdict, result.Verdict);
        if (verdict == FitVerdict.Unknown)
            Assert.Equal(["the PersistentVolumeClaim of volume 'v' is recreated"], result.Reasons);
    }

    [Theory]
    [InlineData("{}", "{}", "{}", true)]
    [InlineData("""{"claimRef":{"namespace":"default","name":"data"}}""", "{}", "{}", true)]
    [InlineData("""{"claimRef":{"namespace":"default","name":"data","uid":"new"}}""", "{}", "{}", true)]
    [InlineData("""{"claimRef":{"namespace":"default","name":"data","uid":"deleted"}}""", "{}", "{}", false)]
    [InlineData("{}", """{"labels":{"disk":"ssd"}}""", """{"selector":{"matchLabels":{"disk":"ssd"}}}""", true)]
    [InlineData("{}", """{"labels":{"disk":"hdd"}}""", """{"selector":{"matchLabels":{"disk":"ssd"}}}""", false)]
    [InlineData("""{"volumeMode":"Filesystem"}""", "{}", "{}", true)]
    [InlineData("""{"volumeMode":"Block"}""", "{}", "{}", false)]
    [InlineData("""{"volumeMode":"Block"}""", "{}", """{"volumeMode":"Block"}""", true)]
    [InlineData("{}", "{}", """{"volumeMode":"Block"}""", false)]
    [InlineData("{}", """{"deletionTimestamp":"2026-03-04T12:00:00Z"}""", "{}", false)]
    public void A_waiting_claim_needs_a_matching_free_volume(string volumeSpec, string volumeMetadata, string claimSpec, bool fits)
    {
        ClusterSnapshot snapshot = WithNodes(knowsStorage: true);
        snapshot.SetStorageClass(Class("local", "WaitForFirstConsumer", VolumeBinding.NoProvisioner));
        snapshot.SetClaim(Claim(Merged("""{"storageClassName":"local"}""", claimSpec)));
        snapshot.SetVolume(Volume(Merged("""{"storageClassName":"local"}""", volumeSpec), volumeMetadata));

        FitResult result = PodFit.Evaluate(Make.Pod(WithClaim), snapshot.Node("a")!, snapshot);

        Assert.Equal(fits ? [] : ["node(s) didn't find available persistent volumes to bind"], result.Reasons);
    }

    [Theory]
    [InlineData("a", "example.com/disks", true)]
    [InlineData("b", "example.com/disks", false)]
    [InlineData("gone", "example.com/disks", false)]
    [InlineData("a", VolumeBinding.NoProvisioner, false)]
    public void A_claim_with_a_selected_node_is_provisioned_only_there(string selected, string provisioner, bool fits)
    {
        ClusterSnapshot snapshot = WithNodes(knowsStorage: true);
        snapshot.SetStorageClass(Class("disks", "WaitForFirstConsumer", provisioner));
        snapshot.SetVolume(Volume("""{"storageClassName":"disks"}"""));
        snapshot.SetClaim(
            Claim("""{"storageClassName":"disks"}""", $$"""{"annotations":{"volume.kubernetes.io/selected-node":"{{selected}}"} }""")
        );

        FitResult result = PodFit.Evaluate(Make.Pod(WithClaim), snapshot.Node("a")!, snapshot);

        Assert.Equal(fits ? [] : ["node(s) didn't find available persistent volumes to bind"], result.Reasons);
    }

    [Theory]
    [InlineData(32, "ReadWriteOncePod", "default", "data", false)]
    [InlineData(33, "ReadWriteOncePod", "default", "data", false)]
    [InlineData(37, "ReadWriteOncePod", "default", "other", true)]
    [InlineData(37, "ReadWriteOncePod", "elsewhere", "data", true)]
    [InlineData(37, "ReadWriteOnce", "default", "data", true)]
    public void A_ReadWriteOncePod_claim_is_used_by_one_pod(int minor, string mode, string ns, string claim, bool fits)
    {
        ClusterSnapshot snapshot = WithNodes(knowsStorage: true, minor);
        snapshot.SetClaim(Claim($$"""{"volumeName":"pv","accessModes":["{{mode}}"]}"""));
        snapshot.SetVolume(Volume("{}"));
        snapshot.SetPod(
            Make.On("a", "user", ns: ns, extra: $$""","volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"{{claim}}"} }]""")
        );
        Pod pod = Make.Pod(WithClaim);
        string reason =
            minor < 33
                ? "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
                : "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";

        foreach (NodeState node in snapshot.Nodes)
        {
            FitResult result = PodFit.Evaluate(pod, node, snapshot);
            Assert.Equal(fits ? [] : [reason], result.Reasons);
            Assert.Equal(!fits, result.IsResolvable);
        }

        Assert.Equal(fits ? null : reason, VolumeObstacle.Of(pod, snapshot));
    }

    private const string WithClaim = """{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}]}""";

    private static ClusterSnapshot WithNodes(bool knowsStorage, int minor = 37)
    {
        ClusterSnapshot snapshot = new(minor) { KnowsStorage = knowsStorage };
        foreach (string name in (string[])["a", "b"])
            snapshot.SetNode(Make.Node(name, $$"""{"zone":"{{name}}"}"""));
        return snapshot;
    }

    private static PersistentVolumeClaim Claim(string spec, string metadata = "{}", string name = "data") =>
        JsonSerializer.Deserialize(
            $$"""{"metadata":{{Merged($$"""{"name":"{{name}}","namespace":"default","uid":"new"}""", metadata)}} ,"spec":{{spec}} }""",
            KubernetesJson.Default.PersistentVolumeClaim
        )!;

    private static PersistentVolume Volume(string spec, string metadata = "{}") =>
        JsonSerializer.Deserialize(
            $$"""{"metadata":{{Merged("""{"name":"pv"}""", metadata)}},"spec":{{spec}} }""",
            KubernetesJson.Default.PersistentVolume
        )!;

    private static StorageClass Class(string name, string binding = "Immediate", string provisioner = "example.com/disks") =>
        new()
        {
            Metadata = { Name = name },
            Provisioner = provisioner,
            VolumeBindingMode = binding,
            AllowedTopologies = name.EndsWith(" in a", StringComparison.Ordinal)
                ? [new() { MatchLabelExpressions = [new() { Key = "zone", Values = ["a"] }] }]
                : null,
        };

    private static string Merged(string one, string other) => other == "{}" ? one : $"{one[..^1]},{other[1..]}";
}
