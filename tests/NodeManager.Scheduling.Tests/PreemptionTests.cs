using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Scheduling.Tests;

public sealed class PreemptionTests
{
    [Fact]
    public void As_few_pods_as_possible_are_preempted_on_the_least_important_node()
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [Make.Node("a"), Make.Node("b"), Make.Node("c", spec: """{"unschedulable":true}""")],
            [On("a", "a1", 10, "2"), On("a", "a2", 5, "2"), On("b", "b1", 10, "3"), On("b", "b2", 1, "1"), On("c", "c1", 0, "1")]
        );

        PreemptionResult result = Find(Wants("2", 100), snapshot);

        Assert.Equal(("a", ""), (result.Node, result.Message));
        Assert.Equal(["a2"], result.Victims.Select(pod => pod.Metadata.Name));
        Assert.Equal(5, snapshot.Pods.Count);
    }

    [Fact]
    public void Preemption_respects_PDBs_where_possible()
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of([Make.Node("a")], [On("a", "kept", 1, "2", "db"), On("a", "other", 5, "2", "web")]);

        PreemptionResult spared = Find(Wants("2", 100), snapshot, Budget("db", 0));
        PreemptionResult allowed = Find(Wants("2", 100), snapshot, Budget("db", 1));
        PreemptionResult needed = Find(Wants("4", 100), snapshot, Budget("db", 0));

        Assert.Equal(["other"], spared.Victims.Select(pod => pod.Metadata.Name));
        Assert.Equal(["kept"], allowed.Victims.Select(pod => pod.Metadata.Name));
        Assert.Equal(["other", "kept"], needed.Victims.Select(pod => pod.Metadata.Name));
    }

    [Theory]
    [InlineData(0, "second")]
    [InlineData(1, "second")]
    [InlineData(-1, "first")]
    public void Of_equally_important_pods_the_one_that_started_last_is_preempted(int seconds, string victim)
    {
        // By name, the second would come first.
        Pod first = On("a", "z-first", 0, "2"),
            second = On("a", "a-second", 0, "2");
        first.Status.StartTime = DateTimeOffset.UnixEpoch;
        second.Status.StartTime = first.Status.StartTime + TimeSpan.FromSeconds(seconds);
        ClusterSnapshot snapshot = ClusterSnapshot.Of([Make.Node("a")], [first, second]);

        string[] victims = [.. Enumerable.Range(0, 2).Select(_ => Assert.Single(Find(Wants("2", 100), snapshot).Victims).Metadata.Name)];

        Assert.All(victims, name => Assert.EndsWith(victim, name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2", 100, "Never", "not eligible due to preemptionPolicy=Never.")]
    [InlineData(
        "2",
        0,
        "PreemptLowerPriority",
        "0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."
    )]
    [InlineData(
        "3.5",
        7,
        "PreemptLowerPriority",
        "0/2 nodes are available: 1 Insufficient cpu, 1 Preemption is not helpful for scheduling."
    )]
    public void The_reason_against_a_preemption_is_reported(string cpu, int priority, string policy, string message)
    {
        ClusterSnapshot snapshot = ClusterSnapshot.Of(
            [Make.Node("a"), Make.Node("b", spec: """{"unschedulable":true}""")],
            [On("a", "more", 10, "2"), On("a", "less", 5, "2")]
        );
        Pod pod = Wants(cpu, priority);
        pod.Spec.PreemptionPolicy = policy;

        PreemptionResult result = Find(pod, snapshot);

        Assert.Equal((null, message), (result.Node, result.Message));
        Assert.Empty(result.Victims);
    }

    [Fact]
    public void The_wait_includes_pods_that_are_starting()
    {
        Pod going = On("a", "going", 0, "4");
        going.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;
        Pod pod = Wants("2", 100);
        pod.Status.NominatedNodeName = "a";

        PreemptionResult result = Find(pod, ClusterSnapshot.Of([Make.Node("a")], [going]));

        Assert.Equal((null, "not eligible due to a terminating pod on the nominated node."), (result.Node, result.Message));
    }

    private static PreemptionResult Find(Pod pod, ClusterSnapshot snapshot, params PodDisruptionBudget[] budgets) =>
        Preemption.Find(pod, snapshot, PodPlacement.Find(pod, snapshot).Refusals, budgets);

    private static Pod Wants(string cpu, int priority) =>
        Make.Pod($$"""{"priority":{{priority}},"containers":[{"name":"c","resources":{"requests":{"cpu":"{{cpu}}"} } }]}""", name: "new");

    private static Pod On(string node, string name, int priority, string cpu, string app = "x") =>
        Make.On(node, name, $$"""{"app":"{{app}}"}""", $$"""{"cpu":"{{cpu}}"}""", $",\"priority\":{priority}");

    private static PodDisruptionBudget Budget(string app, int allowed) =>
        JsonSerializer.Deserialize(
            $$"""{"metadata":{"name":"b","namespace":"default"},"spec":{"selector":{"matchLabels":{"app":"{{app}}"} } },"status":{"disruptionsAllowed":{{allowed}} } }""",
            KubernetesJson.Default.PodDisruptionBudget
        )!;
}
