using System.Globalization;
using System.Net;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Harness;

/// <summary>What a test leaves on the real cluster and would act or be counted beside the next tests.</summary>
/// <remarks>
/// The namespace and the rest in it stay: to delete one takes the server some 120 requests, and one that finalizers hold is retried without
/// pause until the run ends.
/// </remarks>
internal static class TestCleanup
{
    private const string AtOnce = """{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":0,"propagationPolicy":"Background"}""";

    /// <param name="cluster">The test's.</param>
    /// <param name="further">Collections beside the usual ones; <c>{0}</c> stands for the test's namespace.</param>
    public static async Task RunAsync(TestCluster cluster, IEnumerable<string> further)
    {
        string[] acting =
        [
            "/apis/apps/v1/{0}/deployments",
            "/apis/apps/v1/{0}/statefulsets",
            "/apis/apps/v1/{0}/daemonsets",
            "/apis/apps/v1/{0}/replicasets",
            cluster.Minor < 21 ? "/apis/batch/v1beta1/{0}/cronjobs" : "/apis/batch/v1/{0}/cronjobs",
            "/apis/batch/v1/{0}/jobs",
            "/api/v1/{0}/replicationcontrollers",
            "/apis/autoscaling/v1/{0}/horizontalpodautoscalers",
            $"/apis/policy/{cluster.Capabilities.BudgetVersion}/{{0}}/poddisruptionbudgets",
            "/api/v1/{0}/pods",
            "/api/v1/{0}/persistentvolumeclaims",
            .. further,
        ];
        foreach (string collection in acting)
        {
            string path = string.Format(CultureInfo.InvariantCulture, collection, "namespaces/" + cluster.Namespace);
            WireAnswer answer = await cluster.SendAsync("DELETE", path, AtOnce);
            Assert.True(answer.Code == HttpStatusCode.OK, answer.Text);
        }

        foreach (Node node in (await cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = cluster.Selector }, default)).Items)
            await DeleteAsync(cluster, node);
    }

    private static async Task DeleteAsync(TestCluster cluster, Node node)
    {
        try
        {
            await cluster.Client.DeleteAsync(Resources.Nodes, node.Metadata.Name, null, new() { GracePeriodSeconds = 0 }, default);
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // It is going already.
        }
    }
}
