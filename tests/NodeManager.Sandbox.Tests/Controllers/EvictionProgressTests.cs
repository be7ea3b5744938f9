using System.Text.Json.Nodes;
using NodeManager.Sandbox.Controllers;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class EvictionProgressTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(20);

    // States of a responder of the pod's own and of the evictor; what the first one has said: started and heard minutes ago, completed.
    [Theory]
    [InlineData("Inactive Inactive", null, null, false, "Active Inactive", "acme.io/mover")]
    [InlineData("Active Inactive", 5, null, false, "Active Inactive", "acme.io/mover")]
    [InlineData("Active Inactive", 19, null, false, "Active Inactive", "acme.io/mover")]
    [InlineData("Active Inactive", 20, null, false, "Interrupted Active", EvictionController.Evictor)]
    [InlineData("Active Inactive", 60, 5, false, "Active Inactive", "acme.io/mover")]
    [InlineData("Active Inactive", 60, 20, false, "Interrupted Active", EvictionController.Evictor)]
    [InlineData("Active Inactive", 5, 1, true, "Completed Active", EvictionController.Evictor)]
    public void Responders_have_their_turns_as_long_as_they_are_heard_of(
        string before, int? started, int? heard, bool isCompleted, string after, string active)
    {
        JsonObject process = Process(before);
        JsonObject said = process["status"]!["responders"]![0]!.AsObject();
        if (started is { } start) said["startTime"] = Text(Now.AddMinutes(-start));
        if (heard is { } beat) said["heartbeatTime"] = Text(Now.AddMinutes(-beat));
        if (isCompleted) said["completionTime"] = Text(Now);
        EvictionProgress progress = Progress(process, isThere: true, isWanted: true);

        progress.Advance(Deadline);

        Assert.Equal(after, States(progress));
        Assert.Equal(active, progress.Active);
        Assert.True(progress.Next > Now);
    }

    [Theory]
    [InlineData(false, true, "Interrupted Inactive", "TargetEvicted: PodDeleted")]
    [InlineData(true, false, "Canceled Inactive", "Failed: CanceledDueToNoRequesters")]
    public void It_ends_with_the_pod_or_when_nobody_wants_it_any_more(bool isThere, bool isWanted, string states, string condition)
    {
        EvictionProgress progress = Progress(Process("Active Inactive"), isThere, isWanted);

        Assert.True(progress.Advance(Deadline));

        JsonObject held = Assert.Single(progress.Status["conditions"]!.AsArray().OfType<JsonObject>(), c => c["status"]!.GetValue<string>() == "True");
        Assert.Equal(condition, $"{held["type"]}: {held["reason"]}");
        Assert.Equal(states, States(progress));
        Assert.Null(progress.Active);
    }

    [Fact]
    public void When_the_last_one_is_done_and_the_pod_is_there_it_has_failed()
    {
        JsonObject process = Process("Completed Active");
        process["status"]!["responders"]![1]!["completionTime"] = Text(Now);
        EvictionProgress progress = Progress(process, isThere: true, isWanted: true);

        progress.Advance(Deadline);

        Assert.Contains(progress.Status["conditions"]!.AsArray(), c => c!["reason"]!.GetValue<string>() == "NoFurtherResponder");
    }

    private static EvictionProgress Progress(JsonObject process, bool isThere, bool isWanted)
    {
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, 100);
        StoredObject? pod = isThere
            ? cluster.Registry.Create(BuiltInKinds.Pods, "default", JsonNode.Parse("""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""")!.AsObject())
            : null;
        return new(process, pod, isWanted, Now, Text(Now));
    }

    private static JsonObject Process(string states)
    {
        string[] each = states.Split(' ');
        return JsonNode.Parse(
            $$"""
            {"status":{"targetResponders":[{"name":"acme.io/mover","priority":10000,"state":"{{each[0]}}"},{"name":"{{EvictionController.Evictor}}","priority":100,"state":"{{each[1]}}"}],
             "responders":[{"name":"acme.io/mover"},{"name":"{{EvictionController.Evictor}}"}]} }
            """)!.AsObject();
    }

    private static string States(EvictionProgress progress) =>
        string.Join(' ', progress.Status["targetResponders"]!.AsArray().Select(r => r!["state"]!.GetValue<string>()));

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
