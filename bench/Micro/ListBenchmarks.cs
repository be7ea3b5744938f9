using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using NodeManager.Bench.Clusters;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Bench.Micro;

/// <summary>A page of 500 objects, decoded from memory: the client alone, without a server.</summary>
public class ListBenchmarks
{
    private const int Count = 500;

    private readonly KubernetesClient _nodes = Answering("NodeList", static number => Documents.Node(number, "2026-01-01T00:00:00Z"));

    private readonly KubernetesClient _pods = Answering("PodList", static number => Documents.Pod(number, Documents.NodeName(number % 10)));

    [Benchmark]
    public async Task<int> Nodes() => (await _nodes.ListAsync(Resources.Nodes, new(), CancellationToken.None)).Items.Count;

    [Benchmark]
    public async Task<int> Pods() => (await _pods.ListAsync(Resources.Pods, new(), CancellationToken.None)).Items.Count;

    [GlobalCleanup]
    public void Dispose()
    {
        _nodes.Dispose();
        _pods.Dispose();
    }

    private static KubernetesClient Answering(string kind, Func<int, JsonObject> make)
    {
        var list = new JsonObject
        {
            ["kind"] = kind,
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
            ["items"] = new JsonArray([.. Enumerable.Range(0, Count).Select(make)]),
        };
        return new(new("https://list.invalid"), new FixedAnswer(Encoding.UTF8.GetBytes(list.ToJsonString())));
    }

    private sealed class FixedAnswer(byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        });
    }
}
