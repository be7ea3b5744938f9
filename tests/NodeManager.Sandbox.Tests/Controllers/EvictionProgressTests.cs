using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Evictions;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class EvictionProgressTests
{
    private const string Mover = "acme.io/mover";
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    // States of a responder of the pod's own and of the evictor; what the first one has said: started and heard minutes ago, completed.
    [Theory]
    [InlineData("Inactive Inactive", null, null, false, "Active Inactive")]
    [InlineData("Active Inactive", 5, null, false, "Active Inactive")]
    [InlineData("Active Inactive", 19, null, false, "Active Inactive")]
    [InlineData("Active Inactive", 20, null, false, "Interrupted Active")]
    [InlineData("Active Inactive", 60, 5, false, "Active Inactive")]
    [InlineData("Active Inactive", 60, 20, false, "Interrupted Active")]
    [InlineData("Active Inactive", 5, 1, true, "Completed Active")]
    public void A_responder_stays_active_while_it_sends_heartbeats(string before, int? started, int? heard, bool isCompleted, string after)
    {
        JsonObject status = Status(before);
        JsonObject said = status["responders"]![0]!.AsObject();
        if (started is { } start)
            said["startTime"] = Text(Now.AddMinutes(-start));
        if (heard is { } beat)
            said["heartbeatTime"] = Text(Now.AddMinutes(-beat));
        if (isCompleted)
            said["completionTime"] = Text(Now);
        EvictionProgress progress = new(status, Target("Running"), isWanted: true, Now);

        progress.Advance();

        Assert.Equal(after, States(status));
        Assert.True(progress.Next > Now);
        JsonObject active = status["responders"]!.AsArray().OfType<JsonObject>().ElementAt(Array.IndexOf(after.Split(' '), "Active"));
        Assert.NotNull(active.Text("startTime"));
        Assert.Equal("Failed=False AwaitingEviction, TargetEvicted=False AwaitingEviction", Conditions(status));
    }

    // The pod (null: gone), seconds since it came to its end, whether the active responder has said that it is done.
    [Theory]
    [InlineData(null, 0, false, "Active Inactive", "Failed=False AwaitingEviction, TargetEvicted=False AwaitingEviction")]
    [InlineData(null, 4, false, "Active Inactive", "Failed=False AwaitingEviction, TargetEvicted=False AwaitingEviction")]
    [InlineData(null, 5, false, "Interrupted Inactive", "Failed=False Succeeded, TargetEvicted=True PodDeleted")]
    [InlineData(null, 0, true, "Completed Inactive", "Failed=False Succeeded, TargetEvicted=True PodDeleted")]
    [InlineData("Succeeded", 0, true, "Completed Inactive", "Failed=False Succeeded, TargetEvicted=True PodTerminal")]
    [InlineData("Failed", 5, false, "Interrupted Inactive", "Failed=False Succeeded, TargetEvicted=True PodTerminal")]
    [InlineData("Failed", 1, false, "Active Inactive", "Failed=False AwaitingEviction, TargetEvicted=False AwaitingEviction")]
    public void After_the_end_of_the_pod_the_responder_has_five_seconds_to_report(
        string? phase,
        int since,
        bool isCompleted,
        string states,
        string conditions
    )
    {
        JsonObject status = Status("Active Inactive");
        JsonObject said = status["responders"]![0]!.AsObject();
        said["startTime"] = Text(Now.AddMinutes(-1));
        if (isCompleted)
            said["completionTime"] = Text(Now);
        EvictionProgress progress = new(status, Target(phase, Now.AddSeconds(-since)), isWanted: true, Now);

        progress.Advance();

        Assert.Equal(states, States(status));
        Assert.Equal(conditions, Conditions(status));
        Assert.Equal(states.StartsWith("Active", StringComparison.Ordinal) ? Now.AddSeconds(5 - since) : null, progress.Next);
    }

    [Fact]
    public void A_withdrawn_request_fails_and_its_responder_is_cancelled()
    {
        JsonObject status = Status("Completed Active");

        new EvictionProgress(status, Target("Running"), isWanted: false, Now).Advance();

        Assert.Equal("Completed Canceled", States(status));
        Assert.Equal("Failed=True CanceledDueToNoRequesters, TargetEvicted=False EvictionFailed", Conditions(status));
    }

    [Fact]
    public void An_Eviction_fails_when_all_responders_ended_and_the_pod_exists()
    {
        JsonObject status = Status("Completed Active");
        foreach (string time in (string[])["startTime", "completionTime"])
            status["responders"]![1]![time] = Text(Now);

        new EvictionProgress(status, Target("Running"), isWanted: true, Now).Advance();
        string first = States(status);
        new EvictionProgress(status, Target("Running"), isWanted: true, Now).Advance();

        Assert.Equal("Completed Completed", first);
        Assert.Equal("Failed=True NoFurtherResponder, TargetEvicted=False EvictionFailed", Conditions(status));
    }

    [Fact]
    public void A_new_Eviction_lists_the_responders_of_the_pod_and_of_the_server()
    {
        JsonObject status = [];

        new EvictionProgress(status, Target("Running"), isWanted: true, Now).Advance();

        Assert.Equal("Active Inactive", States(status));
        Assert.Equal(
            [(Mover, 10000), (Responders.Evictor, 100)],
            status["targetResponders"]!.AsArray().OfType<JsonObject>().Select(r => (r.Text("name"), (int)r.Number("priority")!))
        );
        Assert.Equal([Text(Now), null], status["responders"]!.AsArray().OfType<JsonObject>().Select(r => r.Text("startTime")));
    }

    [Fact]
    public void Responders_of_equal_priority_are_ordered_by_domain_then_key()
    {
        string[] ordered =
        [
            "example.com/bar",
            "example.com/baz",
            "responder-y.example.com/bar",
            "responder-z.example.com/bar",
            "fooexample.com/bar",
            "responder-a.fooexample.com/bar",
            "responder-b.barexample.io/bar",
            "responder-b.fooexample.io/bar",
            "responder-b.fooexample.io/baz",
        ];

        Assert.Equal(ordered, ordered.OrderBy(static n => n.Length).ThenByDescending(static n => n).Order(Responders.ByDomain));
    }

    // The pod's phase (null: gone), and when it came to its end.
    private static TargetPod Target(string? phase, DateTimeOffset? ended = null)
    {
        if (phase is null)
            return new("u", null, ended);
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, 100);
        JsonObject pod = JsonNode
            .Parse(
                $$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}],"evictionResponders":[{"name":"{{Mover}}","priority":10000}]} }"""
            )!
            .AsObject();
        StoredObject made = cluster.Registry.Create(BuiltInKinds.Pods, "default", pod);
        made = cluster.Registry.UpdateStatus(
            BuiltInKinds.Pods,
            "default",
            "p",
            document =>
            {
                document["status"] = JsonNode.Parse(
                    $$$"""{"phase":"{{{phase}}}","containerStatuses":[{"name":"c","state":{"terminated":{"finishedAt":"{{{Text(ended ?? Now)}}}"}} }]}"""
                );
                return document;
            }
        );
        return new(made.Uid, made, null);
    }

    private static JsonObject Status(string states)
    {
        string[] each = states.Split(' ');
        return JsonNode
            .Parse(
                $$"""
                {"targetResponders":[{"name":"{{Mover}}","priority":10000,"state":"{{each[
                    0
                ]}}"},{"name":"{{Responders.Evictor}}","priority":100,"state":"{{each[1]}}"}],
                 "responders":[{"name":"{{Mover}}"},{"name":"{{Responders.Evictor}}"}]}
                """
            )!
            .AsObject();
    }

    private static string States(JsonObject status) =>
        string.Join(' ', status["targetResponders"]!.AsArray().OfType<JsonObject>().Select(r => r.Text("state")));

    private static string Conditions(JsonObject status) =>
        string.Join(
            ", ",
            status["conditions"]!.AsArray().OfType<JsonObject>().Select(c => $"{c.Text("type")}={c.Text("status")} {c.Text("reason")}")
        );

    private static string Text(DateTimeOffset at) => ResourceRegistry.Timestamp(at);
}
