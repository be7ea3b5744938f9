using System.Globalization;
using System.Net;
using NodeManager.Conformance.RealCluster;
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
    /// <param name="plane">Where it is.</param>
    /// <param name="further">Collections beside the usual ones; <c>{0}</c> stands for the test's namespace.</param>
    public static async Task RunAsync(TestCluster cluster, ControlPlane plane, IEnumerable<string> further)
    {
        // How the store names them, and their paths.
        (string Stored, string Path)[] acting =
        [
            ("deployments", "/apis/apps/v1/{0}/deployments"),
            ("statefulsets", "/apis/apps/v1/{0}/statefulsets"),
            ("daemonsets", "/apis/apps/v1/{0}/daemonsets"),
            ("replicasets", "/apis/apps/v1/{0}/replicasets"),
            ("cronjobs", cluster.Minor < 21 ? "/apis/batch/v1beta1/{0}/cronjobs" : "/apis/batch/v1/{0}/cronjobs"),
            ("jobs", "/apis/batch/v1/{0}/jobs"),
            ("controllers", "/api/v1/{0}/replicationcontrollers"),
            ("horizontalpodautoscalers", "/apis/autoscaling/v1/{0}/horizontalpodautoscalers"),
            ("poddisruptionbudgets", $"/apis/policy/{cluster.Capabilities.BudgetVersion}/{{0}}/poddisruptionbudgets"),
            ("pods", "/api/v1/{0}/pods"),
            ("persistentvolumeclaims", "/api/v1/{0}/persistentvolumeclaims"),
        ];
        // Most tests leave objects in one or two of them.
        IReadOnlyList<int> counts = await plane.CountAsync(acting.Select(static one => one.Stored), cluster.Namespace);
        foreach (string collection in acting.Where((_, i) => counts[i] > 0).Select(static one => one.Path).Concat(further))
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
