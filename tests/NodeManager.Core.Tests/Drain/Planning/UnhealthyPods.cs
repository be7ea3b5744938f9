using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;

namespace NodeManager.Core.Tests.Drain.Planning;

/// <summary>Pods in the states that budgets meet.</summary>
internal static class UnhealthyPods
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static JsonObject Make(string state, int number = 1)
    {
        JsonObject pod = Sample.Pod($"p{number}");
        JsonNode status = pod["status"]!;
        if (state != "ready")
            status["conditions"]![0]!["status"] = "False";
        switch (state)
        {
            case "starting":
                status["phase"] = "Pending";
                status["containerStatuses"] = JsonNode.Parse("""[{"name":"c","state":{"waiting":{"reason":"ContainerCreating"}}}]""");
                break;
            case "crashing":
                status["containerStatuses"] = JsonNode.Parse(
                    """[{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container."}}}]"""
                );
                break;
            case "out-of-memory":
                status["containerStatuses"] = JsonNode.Parse(
                    """
                    [{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s"}},
                      "lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]
                    """
                );
                break;
            case "failing":
                status["containerStatuses"] = JsonNode.Parse(
                    """
                    [{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff"}},
                      "lastState":{"terminated":{"exitCode":1,"reason":"Error","message":"no route to db\n  at Main\n"}}}]
                    """
                );
                break;
            case "unplaced":
                status["phase"] = "Pending";
                pod["spec"]!.AsObject().Remove("nodeName");
                status["conditions"] = JsonNode.Parse(
                    """[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available: 3 Insufficient cpu."}]"""
                );
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
            case "long-starting":
                status["phase"] = "Pending";
                status["startTime"] = "2025-12-31T23:49:00Z";
                status["containerStatuses"] = JsonNode.Parse("""[{"name":"c","state":{"waiting":{"reason":"ContainerCreating"}}}]""");
                break;
            case "long-unready":
                status["conditions"] = JsonNode.Parse(
                    """[{"type":"Ready","status":"False","reason":"ContainersNotReady","lastTransitionTime":"2025-12-31T21:00:00Z"}]"""
                );
                break;
            case "long-terminating" or "long-terminating-stateful":
                pod["metadata"]!["deletionTimestamp"] = "2025-12-31T22:00:00Z";
                if (state.EndsWith("stateful", StringComparison.Ordinal))
                    pod["metadata"]!["ownerReferences"] = JsonNode.Parse(
                        """[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"db","uid":"db","controller":true}]"""
                    );
                break;
            case "between-crashes":
                status["containerStatuses"] = JsonNode.Parse(
                    """[{"name":"c","restartCount":7,"state":{"running":{}},"lastState":{"terminated":{"exitCode":137,"finishedAt":"2025-12-31T23:58:00Z"}}}]"""
                );
                break;
            case "restarted-once":
                status["containerStatuses"] = JsonNode.Parse(
                    """[{"name":"c","restartCount":1,"state":{"running":{}},"lastState":{"terminated":{"exitCode":1,"finishedAt":"2025-12-31T23:59:00Z"}}}]"""
                );
                break;
            case "ended":
                status["phase"] = "Succeeded";
                break;
        }

        return pod;
    }
}
