using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Workloads;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Tests.Drain.Running;

public sealed class WorkloadBoardTests
{
    // workloads: uid:replicas[:parent]; pods: owner, with ! for one that is not ready and - for one that terminates.
    [Theory]
    [InlineData("rs:2", "rs rs", "")]
    [InlineData("rs:2", "rs", "W default/rs 1/2")]
    [InlineData("rs:2", "rs rs!", "W default/rs 1/2")]
    [InlineData("rs:2", "rs rs-", "W default/rs 1/2")]
    [InlineData("rs:0", "", "")]
    [InlineData("", "", "")] // the workload is gone
    [InlineData("rs:2:dep dep:2", "rs rs", "")]
    [InlineData("rs:0:dep new:2:dep dep:2", "new", "W default/dep 1/2")] // a rollout in between
    [InlineData("rs:0:dep new:2:dep dep:2", "new new", "")]
    [InlineData("rs:2:custom", "rs", "W default/rs 1/2")] // of something that we do not know
    [InlineData("rs:1 other:3", "rs", "")] // others' troubles are not ours
    public void A_workload_is_restored_when_all_desired_replicas_are_ready(string workloads, string pods, string missing)
    {
        WorkloadCache board = new(TimeProvider.System);
        foreach (string[] parts in Words(workloads).Select(w => w.Split(':')))
        {
            Deployment workload = new()
            {
                Metadata = new()
                {
                    Name = parts[0],
                    Namespace = "default",
                    Uid = parts[0],
                },
            };
            if (parts.Length > 2)
                workload.Metadata.OwnerReferences = [new() { Uid = parts[2], Controller = true }];
            board.Put(workload, "W", int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), false);
        }

        int number = 0;
        foreach (string word in Words(pods))
            board.Put(Pod(word, ++number), false);

        Assert.Equal(
            missing,
            string.Join(' ', board.Missing(["rs"], new HashSet<string>()).Select(m => $"{m.Title} {m.Ready}/{m.Desired}"))
        );
    }

    [Theory]
    [InlineData("rs?", true)]
    [InlineData("rs!", false)]
    [InlineData("rs? rs!", false)]
    [InlineData("", false)] // its controller has yet to make one
    public void A_workload_is_stuck_when_none_of_its_pods_is_starting(string pods, bool isStuck)
    {
        WorkloadCache board = new(TimeProvider.System);
        board.Put(
            new Deployment
            {
                Metadata = new()
                {
                    Name = "rs",
                    Namespace = "default",
                    Uid = "rs",
                },
            },
            "W",
            3,
            false
        );
        int number = 0;
        foreach (string word in Words(pods))
            board.Put(Pod(word, ++number), false);

        WorkloadPods missing = Assert.Single(board.Missing(["rs"], new HashSet<string>()));

        Assert.Equal(isStuck, missing.IsStuck);
        if (isStuck)
            Assert.Equal(
                "0 of 3 pods are ready; not ready: p1 (not scheduled: Unschedulable: 0/1 nodes are available)",
                missing.Describe()
            );
    }

    [Fact]
    public void Terminating_pods_do_not_count()
    {
        WorkloadCache board = new(TimeProvider.System);
        Deployment workload = new()
        {
            Metadata = new()
            {
                Name = "rs",
                Namespace = "default",
                Uid = "rs",
            },
        };
        board.Put(workload, "W", 1, false);
        board.Put(Pod("rs", 1), false);
        Assert.Empty(board.Missing(["rs"], new HashSet<string>()));

        board.Put(Pod("rs", 1), true);
        Assert.Single(board.Missing(["rs"], new HashSet<string>()));
        board.Put(workload, "W", 1, true);

        Assert.Empty(board.Missing(["rs"], new HashSet<string>()));
    }

    [Fact]
    public void Reading_a_workload_does_not_allocate_for_each_of_its_pods()
    {
        WorkloadCache board = new(TimeProvider.System);
        board.Put("rs", "W default/rs", 1000);
        for (int i = 0; i < 1000; i++)
            board.Put(Pod(i % 100 == 0 ? "rs!" : "rs", i), false);
        HashSet<string> roots = ["rs"],
            without = [];
        Assert.Equal(990, board.Of(roots, without)["rs"].Ready);

        long before = GC.GetAllocatedBytesForCurrentThread();
        board.Of(roots, without);

        // A copy of 1,000 pods would take more than 16,000 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 6000);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Pod Pod(string word, int number)
    {
        JsonObject pod = Sample.Pod($"p{number}");
        pod["metadata"]!["ownerReferences"]![0]!["uid"] = word.TrimEnd('!', '-', '?');
        if (word.EndsWith('!'))
            pod["status"]!["conditions"]![0]!["status"] = "False";
        if (word.EndsWith('?'))
            pod["status"] = JsonNode.Parse(
                """{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes are available"}]}"""
            );
        if (word.EndsWith('-'))
            pod["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
        return pod.ReadPod();
    }
}
