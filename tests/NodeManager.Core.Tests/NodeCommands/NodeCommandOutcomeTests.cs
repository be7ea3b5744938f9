using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Commands;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.NodeCommands;

/// <summary>What a kubelet reports of a pod, and what that means for its command.</summary>
public sealed class NodeCommandOutcomeTests
{
    private const string Running = """{"running":{"startedAt":"2026-01-01T12:00:00Z"}}""";

    [Theory]
    [InlineData("Pending", "", null)]
    [InlineData("Pending", """{"waiting":{"reason":"ContainerCreating"}}""", null)]
    [InlineData("Pending", """{"waiting":{"reason":"ImagePullBackOff"}}""", null)]
    [InlineData("Pending", """{"waiting":{"reason":"ErrImageNeverPull"}}""", "NotStarted")]
    [InlineData("Pending", """{"waiting":{"reason":"InvalidImageName"}}""", "NotStarted")]
    [InlineData("Running", Running, null)]
    public void A_pod_that_has_not_ended_is_waited_for_unless_it_cannot_start(string phase, string state, string? status) =>
        Assert.Equal(status, NodeCommandOutcome.Of(Make(phase, state))?.Status);

    [Theory]
    [InlineData("Succeeded", 0, "Completed", "", "Succeeded", 0)]
    [InlineData("Failed", 7, "Error", "", "Failed", 7)]
    [InlineData("Failed", 137, "OOMKilled", "", "Failed", 137)]
    [InlineData("Failed", 143, "Error", "DeadlineExceeded", "TimedOut", 143)]
    [InlineData("Failed", 128, "StartError", "", "NotStarted", null)]
    [InlineData("Failed", 128, "ContainerCannotRun", "", "NotStarted", null)]
    [InlineData("Failed", 137, "ContainerStatusUnknown", "", "Unknown", null)]
    [InlineData("Failed", 255, "Unknown", "", "Unknown", null)]
    public void An_ended_container_has_the_outcome_of_its_reason(
        string phase,
        int code,
        string reason,
        string podReason,
        string status,
        int? exitCode
    )
    {
        string state =
            $$$"""{"terminated":{"exitCode":{{{code}}},"reason":"{{{reason}}}","startedAt":"2026-01-01T12:00:00Z","finishedAt":"2026-01-01T12:00:05Z"}}""";

        NodeCommandOutcome outcome = NodeCommandOutcome.Of(Make(phase, state, podReason))!;

        Assert.Equal((status, exitCode), (outcome.Status, outcome.ExitCode));
        Assert.Equal(status != "NotStarted", outcome.HasLog);
    }

    [Fact]
    public void A_pod_that_ended_while_its_container_ran_is_unknown()
    {
        NodeCommandOutcome outcome = NodeCommandOutcome.Of(Make("Failed", Running, "NodeLost", "The node is gone"))!;

        Assert.Equal(("Unknown", "NodeLost: The node is gone", true), (outcome.Status, outcome.Message, outcome.HasLog));
    }

    [Theory]
    [InlineData("OutOfpods", "Node has no room", "NotStarted", "OutOfpods: Node has no room")]
    [InlineData("Evicted", "", "NotStarted", "Evicted")]
    [InlineData("DeadlineExceeded", "", "TimedOut", "")]
    [InlineData("", "", "NotStarted", "The kubelet has not reported a container; the pod is Failed.")]
    public void A_pod_without_a_container_did_not_run(string reason, string message, string status, string text)
    {
        NodeCommandOutcome outcome = NodeCommandOutcome.Of(Make("Failed", "", reason, message))!;

        Assert.Equal((status, text, false), (outcome.Status, outcome.Message, outcome.HasLog));
    }

    [Fact]
    public void Each_outcome_but_success_and_a_cancellation_is_an_error_of_its_own()
    {
        Dictionary<string, string?> errors = new[] { "Succeeded", "Cancelled", "Failed", "TimedOut", "NotStarted", "Unknown" }.ToDictionary(
            static status => status,
            static status =>
                NodeCommandFailures
                    .Of(
                        new()
                        {
                            Node = "n",
                            Command = "c",
                            RunId = "r",
                            Status = status,
                        }
                    )
                    ?.ErrorId
        );

        Assert.Equal(
            new()
            {
                ["Succeeded"] = null,
                ["Cancelled"] = null,
                ["Failed"] = ErrorIds.NodeCommandFailed,
                ["TimedOut"] = ErrorIds.NodeCommandTimedOut,
                ["NotStarted"] = ErrorIds.NodeCommandNotStarted,
                ["Unknown"] = ErrorIds.NodeCommandLost,
            },
            errors
        );
    }

    private static Pod Make(string phase, string state, string reason = "", string message = "")
    {
        JsonObject pod = Sample.Pod("command");
        JsonObject status = new() { ["phase"] = phase };
        if (reason.Length > 0)
            status["reason"] = reason;
        if (message.Length > 0)
            status["message"] = message;
        if (state.Length > 0)
            status["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = "command", ["state"] = JsonNode.Parse(state) });
        pod["status"] = status;
        return pod.ReadPod();
    }
}
