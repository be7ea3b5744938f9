using System.Text.Json.Nodes;
using NodeManager.Core.Machines;
using NodeManager.Providers.ClusterApi;

namespace NodeManager.Providers.Tests.ClusterApi;

/// <summary>
/// What is written for an owner, its Machines and its claims. A Machine is written as its name, with <c>!</c> being deleted, <c>*</c> marked
/// for deletion by this provider, <c>?</c> marked by another client, <c>~</c> without a provider ID, <c>#</c> failed, and <c>=c</c> with the
/// mark of claim c. A claim is written as <c>c</c> or <c>c:machine</c>.
/// </summary>
public sealed class ScaleRulesTests
{
    private const string Owner = "cluster/ns/capi";

    [Theory]
    // A new claim raises the number by one, and Machines that no claim waits for are others'.
    [InlineData(0, "", "", "", "replicas=1 claim/a=me")]
    [InlineData(2, "x y", "", "", "replicas=3 claim/a=me others=x,y")]
    [InlineData(2, "x", "", "", "replicas=3 claim/a=me others=x")]
    [InlineData(3, "x y=b", "b:y", "x", "replicas=4 claim/a=me others=x")]
    [InlineData(3, "x", "b", "x", "replicas=4 claim/a=me")]
    [InlineData(2, "x y!", "", "", "replicas=3 claim/a=me others=x")]
    // A recorded claim does not raise it again.
    [InlineData(1, "", "a", "", "wait")]
    [InlineData(1, "x~", "a", "", "claim/a=me x")]
    [InlineData(2, "x y", "a", "x", "claim/a=me y")]
    [InlineData(2, "x y!", "a", "x", "wait")]
    [InlineData(2, "x y=b", "a", "", "claim/a=me x")]
    // The assigned Machine is marked, and awaited.
    [InlineData(1, "x", "a:x", "", "adopt x")]
    [InlineData(1, "x~=a", "a:x", "", "wait")]
    [InlineData(1, "x=a", "a:x", "", "Succeeded x")]
    [InlineData(1, "x=b", "a:x", "", "Refused x")]
    [InlineData(1, "x!=a", "a:x", "", "wait")]
    [InlineData(1, "x#=a", "a:x", "", "Failed x")]
    // Its Machine is gone: the next one is its own.
    [InlineData(1, "y", "a:x", "", "claim/a=me y")]
    // Another client lowered the number.
    [InlineData(1, "x", "a", "x", "replicas=2")]
    [InlineData(0, "x", "a b:x", "", "replicas=2")]
    // It did so while there are more Machines, any of which may be deleted.
    [InlineData(1, "x y", "a", "x", "wait")]
    [InlineData(1, "x y=a", "a:y", "x", "wait")]
    [InlineData(1, "x! y=a", "a:y", "x", "Succeeded y")]
    public void Scale_up(int replicas, string machines, string claims, string others, string expected) =>
        Assert.Equal(expected, TextOf(ScaleUpRules.Next(State(replicas, machines, claims, others), "a", Owner, static _ => false)));

    [Theory]
    // The Machine is marked, and the mark is read back before the number is lowered.
    [InlineData(1, "x=a", "a:x", "", "", "mark x")]
    [InlineData(1, "x*=a", "a:x", "", "", "replicas=0 claim/a= removal/a=x")]
    [InlineData(1, "x", "a:x", "", "", "adopt x")]
    [InlineData(1, "x=b", "a:x", "", "", "Refused x")]
    // A Machine that is being deleted already needs no mark.
    [InlineData(2, "x!=a y", "a:x", "", "", "replicas=1 claim/a= removal/a=x")]
    // Nothing is lowered before Cluster API has done the rest.
    [InlineData(2, "x=a", "a:x", "", "", "wait")]
    [InlineData(1, "x=a y", "a:x", "", "", "wait")]
    [InlineData(2, "x=a y!", "a:x", "", "", "wait")]
    [InlineData(2, "x=a y*=b", "a:x b:y", "", "", "wait")]
    [InlineData(2, "x*=a y*=b", "a:x b:y", "", "", "withdraw x")]
    [InlineData(2, "x=a y?", "a:x", "", "", "Refused")]
    [InlineData(2, "x*=a y?", "a:x", "", "", "withdraw x")]
    // Another removal is on its way: its Machine does not count.
    [InlineData(1, "x=a y*=b", "a:x", "", "b:y", "mark x")]
    // Without a Machine.
    [InlineData(1, "", "a", "", "", "replicas=0 claim/a=")]
    [InlineData(1, "x", "a", "x", "", "claim/a=")]
    [InlineData(2, "x y", "a", "x", "", "claim/a=me y")]
    [InlineData(1, "", "a", "", "b:y", "replicas=0 claim/a=")]
    [InlineData(1, "y*", "a", "", "b:y", "wait")]
    // The number was lowered.
    [InlineData(0, "x*=a", "", "", "a:x", "wait")]
    [InlineData(0, "x!=a", "", "", "a:x", "wait")]
    [InlineData(0, "", "", "", "a:x", "removal/a=")]
    [InlineData(0, "", "", "", "", "NotFound")]
    // Another Machine goes, or is gone.
    [InlineData(1, "x*=a y!", "", "", "a:x", "restore replicas=2 claim/a=me x removal/a=")]
    [InlineData(1, "x*=a", "", "", "a:x", "restore replicas=2 claim/a=me x removal/a=")]
    [InlineData(1, "x!=a y!", "", "", "a:x", "wait")]
    public void Scale_down(int replicas, string machines, string claims, string others, string removals, string expected) =>
        Assert.Equal(
            expected,
            TextOf(ScaleDownRules.Next(State(replicas, machines, claims, others, removals), new(null, "m-a", "a"), Owner))
        );

    [Fact]
    public void A_paused_owner_or_one_in_a_rollout_is_not_written()
    {
        OwnerState state = State(1, "x=a", "a:x", "");
        Assert.Equal("wait", TextOf(ScaleDownRules.Next(state with { Pause = "paused" }, new(null, "", "a"), Owner)));
        Assert.Equal("wait", TextOf(ScaleDownRules.Next(state with { MachineSets = 2 }, new(null, "", "a"), Owner)));
        Assert.Equal("wait", TextOf(ScaleUpRules.Next(state with { Pause = "paused" }, "b", Owner, static _ => false)));
        Assert.Equal(
            "wait",
            TextOf(ScaleUpRules.Next(State(1, "x=a", "a:x b", "") with { MachineSets = 2 }, "b", Owner, static _ => false))
        );
    }

    [Fact]
    public void A_MachineHealthCheck_replaces_a_failed_Machine() =>
        Assert.Equal("wait", TextOf(ScaleUpRules.Next(State(1, "x#=a", "a:x", ""), "a", Owner, static _ => true)));

    [Theory]
    [InlineData("id-x", "x", "mark x")]
    [InlineData("id-y", "x", "Refused x")]
    [InlineData("id-x", "y", "Refused x")]
    [InlineData("clusterapi://claims/a", "a", "mark x")]
    public void Only_the_Machine_that_the_caller_names_is_removed(string id, string name, string expected) =>
        Assert.Equal(expected, TextOf(ScaleDownRules.Next(State(1, "x=a", "a:x", ""), new(id, name, "a"), Owner)));

    [Fact]
    public void A_claim_of_another_cluster_is_refused()
    {
        OwnerState state = State(1, "x=a", "a:x", "");
        Assert.Equal("Refused", TextOf(ScaleUpRules.Next(state, "a", "other", static _ => false)));
        Assert.Equal("Refused", TextOf(ScaleDownRules.Next(state, new(null, "", "a"), "other")));
    }

    [Fact]
    public void A_write_requires_the_owner_as_it_was_read()
    {
        OwnerState state = State(3, "", "", "");
        var write = (OwnerStep.Write)ScaleUpRules.Next(state, "a", Owner, static _ => false);
        Assert.Equal(
            """{"metadata":{"uid":"owner-uid","resourceVersion":"7","annotations":{"claim.kubenodesmith.parawell.cloud/a":"cluster/ns/capi","kubenodesmith.parawell.cloud/other-machines":null}},"spec":{"replicas":4}}""",
            write.Change.ToPatch(state.Owner).ToJsonString()
        );
    }

    private static OwnerState State(int replicas, string machines, string claims, string others, string removals = "")
    {
        Dictionary<string, string> annotations = [];
        foreach ((string claim, string machine) in Pairs(claims))
            annotations[OwnerRecord.ClaimPrefix + claim] = machine.Length > 0 ? $"{Owner} {machine}" : Owner;
        foreach ((string claim, string machine) in Pairs(removals))
            annotations[OwnerRecord.RemovalPrefix + claim] = machine;
        if (others.Length > 0)
            annotations[OwnerRecord.OthersAnnotation] = others.Replace(' ', ',');
        var owner = new MachineOwner
        {
            Metadata = new()
            {
                Name = "workers",
                Namespace = "ns",
                Uid = "owner-uid",
                ResourceVersion = "7",
                Generation = 1,
                Annotations = annotations,
            },
            Spec = new() { Replicas = replicas },
            Status = new() { ObservedGeneration = 1 },
        };
        ClusterMachine[] all = [.. machines.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(MachineOf)];
        return new(new() { Kind = "MachineDeployment", Name = "workers" }, owner, OwnerRecord.Read(annotations), all, 1, null);
    }

    private static IEnumerable<(string Claim, string Machine)> Pairs(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static one => one.Split(':'))
            .Select(static one => (one[0], one.Length > 1 ? one[1] : ""));

    private static ClusterMachine MachineOf(string text)
    {
        string[] parts = text.Split('=');
        string name = parts[0][..1];
        Dictionary<string, string> annotations = [];
        if (parts.Length > 1)
            annotations[OwnerState.MarkAnnotation] = new MachineMark(Owner, parts[1], name, name, true).Format();
        if (parts[0].Contains('*', StringComparison.Ordinal))
            annotations[OwnerState.DeleteAnnotation] = $"kubenodesmith {(parts.Length > 1 ? parts[1] : "b")} 2026-01-01T00:00:00Z";
        if (parts[0].Contains('?', StringComparison.Ordinal))
            annotations[OwnerState.DeleteAnnotation] = "yes";
        return new()
        {
            Metadata = new()
            {
                Name = name,
                Namespace = "ns",
                Uid = name,
                Annotations = annotations,
                DeletionTimestamp = parts[0].Contains('!', StringComparison.Ordinal) ? DateTimeOffset.UnixEpoch : null,
            },
            Spec = new() { ProviderID = parts[0].Contains('~', StringComparison.Ordinal) ? null : $"id-{name}" },
            Status = new() { Phase = parts[0].Contains('#', StringComparison.Ordinal) ? "Failed" : "Running" },
        };
    }

    private static string TextOf(OwnerStep step) =>
        step switch
        {
            OwnerStep.Wait => "wait",
            OwnerStep.Write write => TextOf(write.Change),
            OwnerStep.Restore restore => $"restore {TextOf(restore.Change)}",
            OwnerStep.Adopt adopt => $"adopt {adopt.Machine.Uid}",
            OwnerStep.MarkForDeletion mark => $"mark {mark.Machine.Uid}",
            OwnerStep.Withdraw withdraw => $"withdraw {withdraw.Machine.Uid}",
            OwnerStep.End end => $"{end.Outcome} {end.Machine?.Uid}".TrimEnd(),
            _ => throw new InvalidOperationException(step.ToString()),
        };

    private static string TextOf(OwnerChange change)
    {
        JsonObject patch = change.ToPatch(new());
        List<string> parts = [];
        if (patch["spec"]?["replicas"] is { } replicas)
            parts.Add($"replicas={replicas}");
        foreach ((string key, JsonNode? value) in patch["metadata"]!["annotations"]!.AsObject())
            if (key != OwnerRecord.OthersAnnotation)
                parts.Add(
                    $"{key.Replace(".kubenodesmith.parawell.cloud", "", StringComparison.Ordinal)}={((string?)value)?.Replace(Owner, "me", StringComparison.Ordinal)}"
                );
            else if (value is not null)
                parts.Add($"others={value}");
        return string.Join(' ', parts);
    }
}
