using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Decisions;

namespace NodeManager.Core.Tests.Drain.Rules;

public sealed class DrainOrderTests
{
    // Each pod: name, owner, priority.
    [Theory]
    [InlineData("a:x:0 b:x:0 c:y:0 d:y:0", "a c b d")] // one of each owner, then the next of each
    [InlineData("a:x:0 b:x:0 c:x:0 d:y:0", "a d b c")]
    [InlineData("a:x:1000 b:y:0 c:y:-5", "c b a")] // the least important first
    [InlineData("a:x:1000 b:y:0 c:y:0 d:y:0", "b c d a")]
    public void Pods_of_lower_priority_are_evicted_first_and_workloads_alternate(string pods, string order)
    {
        List<(string Name, string Uid)> names = [];
        IReadOnlyDictionary<string, DrainTurn> turns = DrainOrder.Of(
            pods.Split(' ')
                .Select(text =>
                {
                    string[] parts = text.Split(':');
                    JsonObject pod = Sample.Pod(parts[0]);
                    pod["metadata"]!["ownerReferences"]![0]!["uid"] = parts[1];
                    pod["spec"]!["priority"] = int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture);
                    names.Add((parts[0], $"uid-{parts[0]}"));
                    return pod.ReadPod();
                })
        );

        Assert.Equal(order, string.Join(' ', names.OrderBy(n => turns[n.Uid]).Select(n => n.Name)));
    }

    [Fact]
    public void An_unready_pod_is_evicted_before_other_pods_of_its_workload()
    {
        JsonObject unready = Sample.Pod("z");
        unready["status"]!["conditions"]![0]!["status"] = "False";

        IReadOnlyDictionary<string, DrainTurn> turns = DrainOrder.Of([Sample.Pod("a").ReadPod(), unready.ReadPod()]);

        Assert.Equal((1, 0), (turns["uid-a"].Round, turns["uid-z"].Round));
    }
}
