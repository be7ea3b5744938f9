using System.Net;
using System.Net.Http.Headers;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;
using static NodeManager.Kubernetes.Tests.Protobuf.WireBytes;

namespace NodeManager.Kubernetes.Tests.Protobuf;

/// <summary>Lists in Protocol Buffers, as answers arrive: in pieces, cut short, or not at all what they should be.</summary>
public sealed class WireListTests
{
    private static readonly byte[] Answer = List("7", "next", "a", "b", new string('c', 200_000));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(65_536)]
    [InlineData(int.MaxValue)]
    public async Task Pieces_of_any_size_become_one_list(int size)
    {
        KubernetesList<Node> list = await WireList.ReadAsync(new PiecewiseStream(Answer, size), NodeWire.Read, default);

        Assert.Equal(["a", "b", new string('c', 200_000)], list.Items.Select(static node => node.Metadata.Name));
        Assert.Equal(("7", "next", "v1", "NodeList"), (list.Metadata.ResourceVersion, list.Metadata.Continue, list.ApiVersion, list.Kind));
    }

    [Fact]
    public async Task An_answer_that_is_cut_short_is_an_error()
    {
        byte[] answer = List("7", "", "a", "b");
        // Whole without what the envelope has after the list.
        int whole = answer.Length - 4;
        for (int length = 0; length < whole; length++)
        {
            Exception? thrown = await Record.ExceptionAsync(async () =>
                await WireList.ReadAsync(new MemoryStream(answer, 0, length), NodeWire.Read, default)
            );
            Assert.True(thrown is EndOfStreamException, length + ": " + thrown);
        }
    }

    [Fact]
    public async Task Bytes_that_were_changed_never_do_more_than_fail()
    {
        var random = new Random(5);
        byte[] answer = List("7", "", "a", "b", "c");
        for (int round = 0; round < 5000; round++)
        {
            byte[] changed = [.. answer];
            for (int count = random.Next(1, 4); count > 0; count--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            Exception? thrown = await Record.ExceptionAsync(async () =>
                await WireList.ReadAsync(new PiecewiseStream(changed, 16), NodeWire.Read, default)
            );
            Assert.True(thrown is null or EndOfStreamException or InvalidDataException, thrown?.ToString());
        }
    }

    [Fact]
    public async Task An_answer_that_is_not_a_list_is_a_protocol_error()
    {
        var client = new KubernetesClient(
            new("https://api.example"),
            new Fixed("no list"u8.ToArray()),
            new() { Time = new ManualTimeProvider { IsEager = true } }
        );

        NodeManagerException thrown = await Assert.ThrowsAsync<NodeManagerException>(() =>
            client.ListAsync(Resources.Nodes, new(), default)
        );

        Assert.Equal((ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError), (thrown.ErrorId, thrown.Kind));
    }

    [Fact]
    public async Task The_client_prefers_Protocol_Buffers()
    {
        var server = new Fixed(List("7", "", "a"));
        var client = new KubernetesClient(new("https://api.example"), server);

        Assert.Equal("a", Assert.Single((await client.ListAsync(Resources.Nodes, new(), default)).Items).Metadata.Name);
        Assert.Equal("application/vnd.kubernetes.protobuf,application/json", server.Accept);
    }

    [Fact]
    public async Task Refusals_in_Protocol_Buffers_are_read()
    {
        byte[] details = Field(
            5,
            Text(1, "node-1"),
            Text(2, "group"),
            Text(3, "nodes"),
            Field(4, Text(1, "FieldValueInvalid"), Text(2, "must be"), Text(3, "spec.x")),
            Number(5, 7),
            Text(6, "uid")
        );
        byte[] status = Field(
            2,
            Field(1, Text(3, "token")),
            Text(2, "Failure"),
            Text(3, "The provided continue parameter is too old"),
            Text(4, "Expired"),
            details,
            Number(6, 410)
        );
        var client = new KubernetesClient(new("https://api.example"), new Fixed([.. "k8s\0"u8, .. status], HttpStatusCode.Gone));

        KubernetesException thrown = await Assert.ThrowsAsync<KubernetesException>(() =>
            client.ListAsync(Resources.Nodes, new() { PageSize = 0 }, default)
        );

        Status read = thrown.Status!;
        Assert.Equal(
            ("Failure", "The provided continue parameter is too old", "Expired", 410, "token"),
            (read.Outcome, read.Message, read.Reason, read.Code, read.Metadata!.Continue)
        );
        Assert.Equal(
            ("node-1", "group", "nodes", "uid", 7),
            (read.Details!.Name, read.Details.Group, read.Details.Kind, read.Details.Uid, read.Details.RetryAfterSeconds)
        );
        StatusCause cause = Assert.Single(read.Details.Causes!);
        Assert.Equal(("FieldValueInvalid", "must be", "spec.x"), (cause.Reason, cause.Message, cause.Field));
    }

    private static byte[] List(string version, string next, params string[] names)
    {
        byte[] items = Field(
            2,
            [Field(1, Text(2, version), Text(3, next)), .. names.Select(static name => Field(2, Field(1, Text(1, name))))]
        );
        return [.. "k8s\0"u8, .. Field(1, Text(1, "v1"), Text(2, "NodeList")), .. items, .. Text(3, ""), .. Text(4, "")];
    }

    private sealed class Fixed(byte[] answer, HttpStatusCode code = HttpStatusCode.OK) : HttpMessageHandler
    {
        public string Accept { get; private set; } = "";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Accept = request.Headers.Accept.ToString();
            var content = new ByteArrayContent(answer) { Headers = { ContentType = new MediaTypeHeaderValue(WireEnvelope.MediaType) } };
            return Task.FromResult(new HttpResponseMessage(code) { Content = content });
        }
    }
}
