using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Options;

namespace NodeManager.Core.Tests.Drain.Rules;

public sealed class DrainRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DrainOptions Nothing = new();
    private static readonly DrainOptions Everything = new() { DeleteEmptyDirData = true, DeleteUnmanagedPods = true };

    // pod: words of what is special about it; allowed: what the user allows; then what the rules say.
    [Theory]
    [InlineData("", "", "Evict", "Managed")]
    [InlineData("mirror", "", "Skip", "Mirror")]
    [InlineData("mirror bare emptydir", "", "Skip", "Mirror")]
    [InlineData("mirror finished", "", "Skip", "Mirror")]
    [InlineData("mirror terminating", "", "Skip", "Mirror")]
    [InlineData("command", "", "Skip", "NodeCommand")]
    [InlineData("command bare", "", "Skip", "NodeCommand")]
    [InlineData("command bare finished", "", "Skip", "NodeCommand")]
    [InlineData("command bare terminating", "", "Skip", "NodeCommand")]
    [InlineData("labeled bare", "", "Refuse", "Unmanaged")]
    [InlineData("finished", "", "Evict", "Finished")]
    [InlineData("failed", "", "Evict", "Finished")]
    [InlineData("finished bare emptydir", "", "Evict", "Finished")]
    [InlineData("finished daemonset", "", "Evict", "Finished")]
    [InlineData("finished terminating", "", "Wait", "Terminating")]
    [InlineData("terminating", "", "Wait", "Terminating")]
    [InlineData("terminating bare emptydir", "", "Wait", "Terminating")]
    [InlineData("daemonset", "", "Skip", "DaemonSet")]
    [InlineData("daemonset emptydir", "", "Skip", "DaemonSet")]
    [InlineData("daemonset terminating", "", "Skip", "DaemonSet")]
    [InlineData("daemonset gone", "", "Refuse", "Unmanaged")]
    [InlineData("daemonset gone", "unmanaged", "Evict", "Unmanaged")]
    [InlineData("daemonset replaced", "", "Refuse", "Unmanaged")]
    [InlineData("daemonset replaced", "unmanaged", "Evict", "Unmanaged")]
    [InlineData("emptydir", "", "Refuse", "LocalData")]
    [InlineData("emptydir", "data", "Evict", "LocalData")]
    [InlineData("emptydir", "unmanaged", "Refuse", "LocalData")]
    [InlineData("bare", "", "Refuse", "Unmanaged")]
    [InlineData("bare", "unmanaged", "Evict", "Unmanaged")]
    [InlineData("bare", "data", "Refuse", "Unmanaged")]
    [InlineData("bare emptydir", "data", "Refuse", "Unmanaged")]
    [InlineData("bare emptydir", "unmanaged", "Refuse", "LocalData")]
    [InlineData("bare emptydir", "data unmanaged", "Evict", "LocalData")]
    public void The_strongest_verdict_decides(string pod, string allowed, string decision, string rule)
    {
        DrainOptions options = new()
        {
            DeleteEmptyDirData = allowed.Contains("data", StringComparison.Ordinal),
            DeleteUnmanagedPods = allowed.Contains("unmanaged", StringComparison.Ordinal),
        };

        PodDecision judged = Judge(pod, options);

        Assert.Equal((decision, rule), (judged.Decision, judged.Rule));
    }

    [Theory]
    [InlineData("emptydir", "DeleteEmptyDirData")]
    [InlineData("bare", "DeleteUnmanagedPod")]
    [InlineData("daemonset gone", "DeleteUnmanagedPod")]
    [InlineData("bare emptydir", "DeleteEmptyDirData, DeleteUnmanagedPod")]
    [InlineData("", "")]
    public void A_refusal_carries_the_options_that_permit_the_eviction(string pod, string options) =>
        Assert.Equal(options, string.Join(", ", Judge(pod, Nothing).PermittedBy));

    [Fact]
    public void The_reasons_of_all_refusals_are_reported()
    {
        string reason = Judge("bare emptydir", Nothing).Reason;

        Assert.Contains("emptyDir", reason, StringComparison.Ordinal);
        Assert.Contains("Unmanaged pod", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_warnings_of_all_rules_are_kept()
    {
        IReadOnlyList<string> warnings = Judge("bare emptydir", Everything).Warnings;

        Assert.Collection(
            warnings,
            w => Assert.Contains("scratch", w, StringComparison.Ordinal),
            w => Assert.Contains("no controller", w, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_skipped_pod_has_no_warnings_about_its_eviction() => Assert.Empty(Judge("daemonset emptydir", Everything).Warnings);

    [Theory]
    [InlineData(30, 29, "Wait")]
    [InlineData(30, 31, "Skip")]
    [InlineData(0, 3600, "Wait")]
    [InlineData(null, 3600, "Wait")]
    public void An_overdue_pod_is_skipped_only_on_request(int? timeout, int overdue, string decision)
    {
        JsonObject pod = Make("terminating");
        pod["metadata"]!["deletionTimestamp"] = (Now - TimeSpan.FromSeconds(overdue)).ToString("yyyy-MM-ddTHH:mm:ssZ");
        DrainOptions options = new() { SkipWaitForDeleteTimeout = timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null };

        Assert.Equal(decision, DrainRules.Judge(pod.ReadPod(), new(options, Known, Now)).Decision);
    }

    [Fact]
    public void Pods_of_unreadable_DaemonSets_are_skipped_with_a_warning()
    {
        PodDecision judged = DrainRules.Judge(Make("daemonset gone").ReadPod(), new(Nothing, null, Now));

        Assert.Equal("Skip", judged.Decision);
        Assert.Single(judged.Warnings);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("""[{"operator":"Exists"}]""", true)]
    [InlineData("""[{"key":"node.kubernetes.io/unschedulable","operator":"Exists","effect":"NoSchedule"}]""", true)]
    [InlineData("""[{"key":"node.kubernetes.io/unschedulable","operator":"Equal","value":"","effect":"NoSchedule"}]""", true)]
    [InlineData("""[{"key":"node.kubernetes.io/unschedulable","operator":"Exists","effect":"NoExecute"}]""", false)]
    [InlineData("""[{"key":"node.kubernetes.io/unschedulable","operator":"Equal","value":"x"}]""", false)]
    [InlineData("""[{"key":"dedicated","operator":"Exists"}]""", false)]
    public void Only_pods_that_tolerate_the_cordon_can_return(string tolerations, bool tolerates)
    {
        JsonObject pod = Sample.Pod("p");
        if (tolerations.Length > 0)
            pod["spec"]!["tolerations"] = JsonNode.Parse(tolerations);

        Assert.Equal(tolerates, pod.ReadPod().ToleratesCordon());
    }

    private static Dictionary<(string, string), string> Known => new() { [("default", "logs")] = "ds" };

    private static PodDecision Judge(string words, DrainOptions options) =>
        DrainRules.Judge(Make(words).ReadPod(), new(options, Known, Now));

    private static JsonObject Make(string words)
    {
        JsonObject pod = Sample.Pod("p");
        JsonNode metadata = pod["metadata"]!;
        foreach (string word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word)
            {
                case "mirror":
                    metadata["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = "x" };
                    break;
                case "command":
                    metadata["namespace"] = "nodemanager-node-shell";
                    goto case "labeled";
                case "labeled":
                    metadata["labels"] = new JsonObject { ["nodemanager.io/node-command"] = "run" };
                    break;
                case "finished":
                    pod["status"]!["phase"] = "Succeeded";
                    break;
                case "failed":
                    pod["status"]!["phase"] = "Failed";
                    break;
                case "terminating":
                    metadata["deletionTimestamp"] = "2026-01-01T11:59:50Z";
                    break;
                case "bare":
                    metadata["ownerReferences"] = new JsonArray();
                    break;
                case "daemonset":
                    Own("logs", "ds");
                    break;
                case "gone":
                    Own("nothing", "ds");
                    break;
                case "replaced":
                    Own("logs", "an-older-one");
                    break;
                case "emptydir":
                    pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"scratch","emptyDir":{}}]""");
                    break;
            }
        }

        return pod;

        void Own(string name, string uid) =>
            metadata["ownerReferences"] = JsonNode.Parse(
                $$"""[{"apiVersion":"apps/v1","kind":"DaemonSet","name":"{{name}}","uid":"{{uid}}","controller":true}]"""
            );
    }
}
