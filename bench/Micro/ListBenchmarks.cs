using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using NodeManager.Bench.Clusters;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Requests;
using static NodeManager.Kubernetes.Tests.Protobuf.WireBytes;

namespace NodeManager.Bench.Micro;

/// <summary>A page of 500 objects, decoded from memory: the client alone, without a server.</summary>
public class ListBenchmarks
{
    private const int Count = 500;

    private const string Now = "2026-01-01T00:00:00Z";

    private readonly KubernetesClient _nodes = Answering("NodeList", static number => Documents.Node(number, Now));

    private readonly KubernetesClient _wireNodes = AnsweringProtobuf();

    private readonly KubernetesClient _pods = Answering(
        "PodList",
        static number => Documents.Pod(number, Documents.NodeName(number % 10), "00000000-0000-0000-0000-000000000001")
    );

    private static Uri Server => new("https://list.invalid");

    /// <summary>In Protocol Buffers, as real API servers answer.</summary>
    [Benchmark]
    public async Task<int> NodesOfProtobuf() => (await _wireNodes.ListAsync(Resources.Nodes, new(), CancellationToken.None)).Items.Count;

    [Benchmark]
    public async Task<int> Nodes() => (await _nodes.ListAsync(Resources.Nodes, new(), CancellationToken.None)).Items.Count;

    [Benchmark]
    public async Task<int> Pods() => (await _pods.ListAsync(Resources.Pods, new(), CancellationToken.None)).Items.Count;

    [GlobalCleanup]
    public void Dispose()
    {
        _nodes.Dispose();
        _wireNodes.Dispose();
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
        return new(Server, new FixedAnswer(Encoding.UTF8.GetBytes(list.ToJsonString()), "application/json"));
    }

    private static KubernetesClient AnsweringProtobuf() =>
        new(
            Server,
            new FixedAnswer(
                [
                    .. WireEnvelope.Magic,
                    .. Field(1, Text(1, "v1"), Text(2, "NodeList")),
                    .. Field(2, [Field(1, Text(2, "1")), .. Enumerable.Range(0, Count).Select(WireNode)]),
                ],
                WireEnvelope.MediaType
            )
        );

    // The node of Documents: its labels, quantities, conditions and images.
    private static byte[] WireNode(int number)
    {
        JsonObject node = Documents.Node(number, Now);
        JsonObject metadata = node["metadata"]!.AsObject(),
            status = node["status"]!.AsObject();
        byte[] time = Number(1, 1_767_225_600);
        byte[][] amounts =
        [
            .. new[] { (1, "capacity"), (2, "allocatable") }.SelectMany(field =>
                status[field.Item2]!
                    .AsObject()
                    .Select(amount => Field(field.Item1, Text(1, amount.Key), Field(2, Text(1, (string)amount.Value!))))
            ),
        ];
        return Field(
            2,
            Field(
                1,
                [
                    Text(1, (string)metadata["name"]!),
                    Text(5, $"00000000-0000-0000-0000-{number:000000000000}"),
                    Text(6, "1"),
                    Field(8, time),
                    .. Entries(11, metadata["labels"]!),
                    .. Entries(12, metadata["annotations"]!),
                ]
            ),
            Field(2, Text(1, (string)node["spec"]!["podCIDR"]!), Text(3, (string)node["spec"]!["providerID"]!)),
            Field(
                3,
                [
                    .. amounts,
                    .. status["conditions"]!
                        .AsArray()
                        .Select(one =>
                            Field(
                                4,
                                Text(1, (string)one!["type"]!),
                                Text(2, (string)one["status"]!),
                                Field(3, time),
                                Field(4, time),
                                Text(5, (string)one["reason"]!),
                                Text(6, (string)one["message"]!)
                            )
                        ),
                    .. status["addresses"]!
                        .AsArray()
                        .Select(static one => Field(5, Text(1, (string)one!["type"]!), Text(2, (string)one["address"]!))),
                    Field(7, [.. status["nodeInfo"]!.AsObject().Select(static (one, at) => Text(at + 1, (string)one.Value!))]),
                    .. status["images"]!
                        .AsArray()
                        .Select(static one =>
                            Field(
                                8,
                                [
                                    .. one!["names"]!.AsArray().Select(static name => Text(1, (string)name!)),
                                    Number(2, (ulong)(long)one["sizeBytes"]!),
                                ]
                            )
                        ),
                ]
            )
        );
    }

    private static IEnumerable<byte[]> Entries(int number, JsonNode map) =>
        map.AsObject().Select(one => Entry(number, one.Key, (string)one.Value!));

    private sealed class FixedAnswer(byte[] body, string type) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK)
                {
                    RequestMessage = request,
                    Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
                }
            );
    }
}
