using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;

namespace NodeManager.Core.Tests.Drain.Planning;

/// <summary>Pods in the states that budgets meet.</summary>
internal static class UnhealthyPods
{
    public static JsonObject Make(string state, int number = 1)
    {
        JsonObject pod = Sample.Pod($"p{number}");
        JsonNode status = pod["status"]!;
        if (state != "ready") status["conditions"]![0]!["status"] = "False";
        switch (state)
        {
            case "starting":
                status["phase"] = "Pending";
                status["containerStatuses"] = JsonNode.Parse("""[{"name":"c","state":{"waiting":{"reason":"ContainerCreating"}}}]""");
                break;
            case "crashing":
                status["containerStatuses"] = JsonNode.Parse(
                    """[{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container."}}}]""");
                break;
            case "unplaced":
                status["phase"] = "Pending";
                pod["spec"]!.AsObject().Remove("nodeName");
                status["conditions"] = JsonNode.Parse(
                    """[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available: 3 Insufficient cpu."}]""");
                break;
            case "unseen":
                status["phase"] = "Pending";
                pod["spec"]!.AsObject().Remove("nodeName");
                status.AsObject().Remove("conditions");
                break;
            case "terminating":
                status["conditions"]![0]!["status"] = "True";
                pod["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
                break;
            case "ended":
                status["phase"] = "Succeeded";
                break;
        }

        return pod;
    }
}
