using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Workloads;

/// <summary>Jobs: indexes, ends, suspension.</summary>
public sealed class JobTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task An_indexed_Job_numbers_its_pods_and_reports_completed_indexes(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        Workload job = await Workload.JobAsync(
            cluster,
            "job",
            """{"completions":3,"parallelism":2,"completionMode":"Indexed"}""",
            Template("complete-after", "0.1")
        );

        JsonObject status = await job.UntilAsync(
            "the job done",
            static status => Workload.Conditions(status).Contains("Complete:", StringComparison.Ordinal)
        );

        Assert.Equal(3, (int)status["succeeded"]!);
        Assert.Equal(cluster.Minor >= 22 ? "0-2" : null, (string?)status["completedIndexes"]);
        if (cluster.Minor < 22)
            return;
        JsonArray pods = (await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}/pods?labelSelector=job-name%3Djob")).Json[
            "items"
        ]!.AsArray();
        const string Key = "batch.kubernetes.io/job-completion-index";
        Assert.Equal(
            ["0", "1", "2"],
            pods.Select(static pod => (string)pod!["metadata"]!["annotations"]![Key]!).Order(StringComparer.Ordinal)
        );
        Assert.All(
            pods,
            pod =>
            {
                string index = (string)pod!["metadata"]!["annotations"]![Key]!;
                Assert.Equal(
                    (index, $"job-{index}", $"job-{index}-"),
                    (
                        (string)pod["metadata"]!["labels"]![Key]!,
                        (string)pod["spec"]!["hostname"]!,
                        (string)pod["metadata"]!["generateName"]!
                    )
                );
                JsonNode variable = Assert.Single(pod["spec"]!["containers"]![0]!["env"]!.AsArray())!;
                Assert.Equal(
                    ("JOB_COMPLETION_INDEX", $"metadata.labels['{Key}']"),
                    ((string)variable["name"]!, (string)variable["valueFrom"]!["fieldRef"]!["fieldPath"]!)
                );
            }
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_Job_with_too_many_failed_pods_fails_with_the_conditions_of_its_version(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        Workload job = await Workload.JobAsync(cluster, "job", """{"backoffLimit":0}""", Template("fail", "true"));

        JsonObject status = await job.UntilAsync(
            "the job failed",
            static status => Workload.Conditions(status).Contains("Failed:", StringComparison.Ordinal)
        );

        string foretold = cluster.Minor >= 31 ? "FailureTarget:BackoffLimitExceeded " : "";
        Assert.Equal((foretold + "Failed:BackoffLimitExceeded", 1), (Workload.Conditions(status), (int)status["failed"]!));
        Assert.Equal(cluster.Minor >= 26 ? "{}" : null, status["uncountedTerminatedPods"]?.ToJsonString());
        Assert.Equal(
            (cluster.Minor >= 24 ? 0 : null, cluster.Minor >= 29 ? 0 : null),
            ((int?)status["ready"], (int?)status["terminating"])
        );
        Pod pod = Assert.Single(await cluster.ListPodsAsync("job-name=job"));
        Assert.Null(pod.Metadata.Finalizers);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_Job_past_its_deadline_fails_and_is_deleted_after_its_TTL(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        Workload job = await Workload.JobAsync(
            cluster,
            "job",
            """{"activeDeadlineSeconds":1,"ttlSecondsAfterFinished":600}""",
            Template("complete-after", "600")
        );

        // Until 1.23 the controller looks at the time once, when it should be over. Where it reconciles the Job again before it has heard of the start that it
        // wrote itself, it writes a later one and still looks when the first is over: too early, and never again unless something happens to the job.
        DateTimeOffset asked = TimeProvider.System.GetUtcNow();
        JsonObject status = await Eventually.GetAsync(
            "the job failed",
            async () =>
            {
                if (cluster.Minor < 23 && TimeProvider.System.GetUtcNow() - asked > TimeSpan.FromSeconds(5))
                {
                    asked = TimeProvider.System.GetUtcNow();
                    await job.PatchAsync($$"""{"metadata":{"annotations":{"asked":"{{asked:O}}"} } }""");
                }

                return (await job.ReadAsync())["status"]?.AsObject() ?? [];
            },
            static status => Workload.Conditions(status).Contains("Failed:", StringComparison.Ordinal)
        );

        Assert.EndsWith("Failed:DeadlineExceeded", Workload.Conditions(status), StringComparison.Ordinal);
        await cluster.WaitForPodsAsync("no pods", "job-name=job", static pods => pods.Count == 0);
        if (cluster.Minor < 21)
            return;
        await job.PatchAsync("""{"spec":{"ttlSecondsAfterFinished":0}}""");
        await Eventually.HoldsAsync("no job", job.IsGoneAsync);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_suspended_Job_deletes_its_pods_and_creates_others_when_resumed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        Skip.If(cluster.Minor < 22, "1.20 cannot suspend jobs");
        await cluster.AddNodeAsync();
        Workload job = await Workload.JobAsync(cluster, "job", """{"parallelism":2,"completions":2}""", Template("complete-after", "600"));
        await job.UntilAsync("two pods", static status => (int?)status["ready"] == 2);

        await job.PatchAsync("""{"spec":{"suspend":true}}""");
        JsonObject status = await job.UntilAsync("it suspended", static status => Workload.Conditions(status) == "Suspended:JobSuspended");
        Assert.Null(status["failed"]);
        await cluster.WaitForPodsAsync("no pods", "job-name=job", static pods => pods.Count == 0);
        if (cluster.Minor >= 36)
            Assert.Null((await job.UntilAsync("nothing active", static status => status["active"] is null))["startTime"]);

        await job.PatchAsync("""{"spec":{"suspend":false}}""");
        status = await job.UntilAsync("two pods again", static status => (int?)status["ready"] == 2);
        JsonNode condition = Assert.Single(status["conditions"]!.AsArray())!;
        Assert.Equal(
            ("Suspended", "False", "JobResumed", null),
            ((string)condition["type"]!, (string)condition["status"]!, (string)condition["reason"]!, status["failed"])
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_evicted_pod_of_a_Job_counts_as_failed_from_1_26_unless_its_policy_ignores_it(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        Workload job = await Workload.JobAsync(cluster, "job", """{"backoffLimit":3}""", Template("complete-after", "600"));
        Pod pod = (await cluster.WaitForReadyPodsAsync("job-name=job", 1))[0];

        string version = cluster.Minor >= 22 ? "policy/v1" : "policy/v1beta1";
        await cluster.SendAsync(
            "POST",
            $"/api/v1/namespaces/{cluster.Namespace}/pods/{pod.Metadata.Name}/eviction",
            $$"""{"apiVersion":"{{version}}","kind":"Eviction","metadata":{"name":"{{pod.Metadata.Name}}"} }"""
        );
        await cluster.WaitForGoneAsync(Resources.Pods, pod.Metadata.Name);

        JsonObject status = await job.UntilAsync("another pod", static status => (int?)status["active"] == 1);
        Assert.Equal(cluster.Minor >= 26 ? 1 : null, (int?)status["failed"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_evicted_pod_has_a_DisruptionTarget_condition_from_1_26(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("slow", node, static pod => pod.Annotate("fake-kubelet/slow-terminate", "never"));

        string version = cluster.Minor >= 22 ? "policy/v1" : "policy/v1beta1";
        WireAnswer answer = await cluster.SendAsync(
            "POST",
            $"/api/v1/namespaces/{cluster.Namespace}/pods/slow/eviction",
            $$"""{"apiVersion":"{{version}}","kind":"Eviction","metadata":{"name":"slow"} }"""
        );

        Assert.Equal(201, (int)answer.Code);
        JsonNode pod = (await cluster.SendAsync("GET", $"/api/v1/namespaces/{cluster.Namespace}/pods/slow")).Json;
        JsonNode? condition = pod["status"]!["conditions"]!
            .AsArray()
            .FirstOrDefault(static one => (string?)one!["type"] == "DisruptionTarget");
        Assert.NotNull(pod["metadata"]!["deletionTimestamp"]);
        Assert.Equal(
            cluster.Minor >= 26 ? "True EvictionByEvictionAPI Eviction API: evicting" : null,
            condition is null ? null : $"{condition["status"]} {condition["reason"]} {condition["message"]}"
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_invalid_Job_is_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await RefusedAsync(
            """{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}""",
            "spec.template.spec.restartPolicy",
            "Required value: valid values: \"OnFailure\", \"Never\""
        );
        await RefusedAsync(
            """{"parallelism":-1,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}""",
            "spec.parallelism",
            "Invalid value: -1: must be greater than or equal to 0"
        );
        Workload job = await Workload.JobAsync(cluster, "job", """{"completions":2,"parallelism":1}""");
        WireAnswer answer = await cluster.SendAsync(
            "PATCH",
            $"/apis/batch/v1/namespaces/{cluster.Namespace}/jobs/job",
            """{"spec":{"completions":3}}""",
            "application/merge-patch+json"
        );
        Assert.Equal(("spec.completions", 422), ((string)answer.Json["details"]!["causes"]![0]!["field"]!, (int)answer.Code));
        if (cluster.Minor < 22)
            return;
        await RefusedAsync(
            """{"completionMode":"Other","template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}""",
            "spec.completionMode",
            "Unsupported value: \"Other\": supported values: \"NonIndexed\", \"Indexed\""
        );

        async Task RefusedAsync(string spec, string field, string message)
        {
            WireAnswer refusal = await cluster.SendAsync(
                "POST",
                $"/apis/batch/v1/namespaces/{cluster.Namespace}/jobs",
                $$"""{"metadata":{"name":"wrong"},"spec":{{spec}} }"""
            );
            JsonNode cause = Assert.Single(refusal.Json["details"]!["causes"]!.AsArray())!;
            Assert.Equal((422, field, message), ((int)refusal.Code, (string)cause["field"]!, (string)cause["message"]!));
        }
    }

    private static string Template(string asks, string value) =>
        $$"""{"metadata":{"annotations":{"fake-kubelet/{{asks}}":"{{value}}"} },"spec":{"restartPolicy":"Never"} }""";
}
