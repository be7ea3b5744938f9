using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>A server that refuses the claims of one pool, as a quota or an admission policy does.</summary>
[Collection(AutoscalerLab.InTurn)]
public sealed class ClaimRefusalTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Refused_claims_of_a_pool_are_reported_with_a_back_off_and_other_pools_get_theirs(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend);
        await lab.AddPoolAsync(min: 2);
        await lab.AddPoolAsync(min: 1, name: "wide");
        await lab.PatchAsync(NodeSmithResources.ControlPlanes, "plane", """{"spec":{"pools":["small","wide"]}}""");
        RefusingServer? server = null;
        await lab.RunAsync(inner => server = new(inner, "small-"));

        await lab.WaitForClaimsAsync("a ready claim", static all => all.Exists(AutoscalerLab.IsReady));
        Assert.All(await lab.ClaimsAsync(), static one => Assert.Equal("wide", one.Spec.PoolRef));
        await Eventually.HoldsAsync(
            "the event of the refusal",
            async () =>
                (
                    await lab.Cluster.Client.ListAsync(
                        Resources.Events,
                        new() { Namespace = lab.Namespace, FieldSelector = $"reason={AutoscalerReason.ClaimRefused}" },
                        default
                    )
                ).Items.Exists(static one => one.Message!.EndsWith("exceeded quota: claims", StringComparison.Ordinal))
        );
        Assert.Null((await lab.Cluster.GetAsync(NodeSmithResources.Pools, "small")).Status?.LastScaleActivity);
        int before = server!.Refusals;
        await Task.Delay(TimeSpan.FromSeconds(8));
        // Two claims a round: after 1, 2, 4 seconds and so on.
        Assert.InRange(server.Refusals - before, 0, 8);

        server.Prefix = null;
        await lab.WaitForClaimsAsync("all claims", static all => all.Count(AutoscalerLab.IsReady) == 3);
    }

    private sealed class RefusingServer(HttpMessageHandler inner, string prefix) : DelegatingHandler(inner)
    {
        private int _refusals;

        /// <summary>Of the names of claims that are refused; null: none.</summary>
        public string? Prefix { get; set; } = prefix;

        public int Refusals => _refusals;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (
                request.Method != HttpMethod.Post
                || !request.RequestUri!.AbsolutePath.EndsWith("/nodesmithclaims", StringComparison.Ordinal)
                || Prefix is not { } prefix
                || JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!["metadata"]!["name"]!
                    .GetValue<string>()
                    .StartsWith(prefix, StringComparison.Ordinal) == false
            )
                return await base.SendAsync(request, cancellationToken);
            Interlocked.Increment(ref _refusals);
            const string status = """
                {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"exceeded quota: claims"}
                """;
            return new(HttpStatusCode.Forbidden)
            {
                Content = new StringContent(status, Encoding.UTF8, "application/json"),
                RequestMessage = request,
            };
        }
    }
}
