using System.Net;

namespace NodeManager.Conformance.Harness;

public sealed class TestCleanupTests
{
    // Pod templates that no node fits: nothing starts.
    private const string Template = """
        {
          "metadata": { "labels": { "app": "one" } },
          "spec": { "restartPolicy": "POLICY", "nodeSelector": { "none": "none" }, "containers": [{ "name": "a", "image": "a" }] }
        }
        """;

    [SkippableFact]
    public async Task The_objects_of_a_test_on_a_real_cluster_are_deleted_with_it()
    {
        TestCluster first = await TestCluster.StartAsync(Backend.Real);
        string ns = $"namespaces/{first.Namespace}";
        string cron = first.Minor < 21 ? "batch/v1beta1" : "batch/v1",
            budget = $"policy/{first.Capabilities.BudgetVersion}";
        string pod = Template.Replace("POLICY", "Always", StringComparison.Ordinal),
            job = Template.Replace("POLICY", "Never", StringComparison.Ordinal);
        string selected = $$$"""{"selector":{"matchLabels":{"app":"one"}},"template":{{{pod}}}}""";
        (string Path, string Spec)[] objects =
        [
            ($"/apis/apps/v1/{ns}/deployments", selected),
            ($"/apis/apps/v1/{ns}/statefulsets", selected),
            ($"/apis/apps/v1/{ns}/daemonsets", selected),
            ($"/apis/apps/v1/{ns}/replicasets", selected),
            ($"/apis/{cron}/{ns}/cronjobs", $$"""{ "schedule": "0 0 1 1 *", "jobTemplate": { "spec": { "template": {{job}} } } }"""),
            ($"/apis/batch/v1/{ns}/jobs", $$"""{"template":{{job}}}"""),
            ($"/api/v1/{ns}/replicationcontrollers", $$"""{"selector":{"app":"one"},"template":{{pod}}}"""),
            (
                $"/apis/autoscaling/v1/{ns}/horizontalpodautoscalers",
                """{"maxReplicas":2,"scaleTargetRef":{"kind":"Deployment","name":"none","apiVersion":"apps/v1"}}"""
            ),
            ($"/apis/{budget}/{ns}/poddisruptionbudgets", """{"selector":{"matchLabels":{"app":"none"}}}"""),
            ($"/api/v1/{ns}/pods", """{"nodeSelector":{"none":"none"},"containers":[{"name":"a","image":"a"}]}"""),
            (
                $"/api/v1/{ns}/persistentvolumeclaims",
                """{"storageClassName":"none","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}"""
            ),
        ];
        foreach ((string path, string spec) in objects)
        {
            WireAnswer answer = await first.SendAsync("POST", path, $$"""{ "metadata": { "name": "one" }, "spec": {{spec}} }""");
            Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
        }

        await first.DisposeAsync();

        await using TestCluster next = await TestCluster.StartAsync(Backend.Real);
        foreach ((string path, _) in objects)
            await Eventually.HoldsAsync(
                $"{path}/one gone",
                async () => (await next.SendAsync("GET", path + "/one")).Code == HttpStatusCode.NotFound
            );
    }
}
