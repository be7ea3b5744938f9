using System.IO.Compression;
using System.Net;
using System.Text;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;
using NodeManager.Kubernetes.Watching;
using NodeManager.Testing;

namespace NodeManager.Kubernetes.Tests.Transport;

/// <summary>Answers that do not end, as a small compressed body may become one.</summary>
public sealed class BoundedAnswerTests
{
    private static readonly Uri Server = new("https://test.invalid/");

    [Fact]
    public async Task An_endless_answer_is_refused_after_one_attempt()
    {
        Endless api = new(HttpStatusCode.OK, "{\"metadata\":{\"annotations\":{\"a\":\"");
        using KubernetesClient client = new(Server, api, new());

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(() =>
            client.GetAsync(Resources.Nodes, "worker-1", null, default)
        );

        Assert.Equal((ErrorIds.UnexpectedAnswer, ErrorKind.ProtocolError), (e.ErrorId, e.Kind));
        Assert.Contains("GET /api/v1/nodes/worker-1", e.Message, StringComparison.Ordinal);
        Assert.Contains("256 MiB", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, api.Requests);
        Assert.InRange(api.Sent, BoundedStream.LargestAnswer, BoundedStream.LargestAnswer + (64 << 20));
    }

    [Fact]
    public async Task An_endless_refusal_is_a_refusal_and_read_for_a_moment_only()
    {
        Endless api = new(HttpStatusCode.Forbidden, "{\"kind\":\"Status\",\"message\":\"");
        using KubernetesClient client = new(Server, api, new());

        KubernetesException e = await Assert.ThrowsAsync<KubernetesException>(() =>
            client.GetAsync(Resources.Nodes, "worker-1", null, default)
        );

        Assert.Equal(HttpStatusCode.Forbidden, e.Code);
        Assert.InRange(api.Sent, 1, BoundedStream.LargestRefusal * 4);
    }

    [Fact]
    public async Task An_endless_line_of_a_watch_ends_it()
    {
        Endless body = new(HttpStatusCode.OK, "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"");

        await Assert.ThrowsAsync<AnswerTooLargeException>(async () =>
        {
            await foreach (WatchLine<Node> _ in WatchLineReader.ReadAsync(body.Open(), Resources.Nodes.Item, null, default))
                Assert.Fail("No line ends.");
        });

        Assert.InRange(body.Sent, 32L << 20, 64L << 20);
    }

    [Fact]
    public async Task The_bound_counts_decoded_bytes()
    {
        using MemoryStream compressed = new();
        await using (GZipStream gzip = new(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[4 << 20]);
        Assert.InRange(compressed.Length, 1, 100_000);
        compressed.Position = 0;
        await using BoundedStream body = new(new GZipStream(compressed, CompressionMode.Decompress), 1 << 20);

        await Assert.ThrowsAsync<AnswerTooLargeException>(() => body.CopyToAsync(Stream.Null));
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1000)]
    public async Task An_answer_within_the_bound_is_read_whole(int length)
    {
        await using BoundedStream body = new(new MemoryStream(new byte[length]), 1000);
        using MemoryStream read = new();
        await body.CopyToAsync(read);

        Assert.Equal(length, read.Length);
    }

    private sealed class Endless(HttpStatusCode code, string start) : HttpMessageHandler
    {
        private long _sent;

        public int Requests { get; private set; }

        public long Sent => Volatile.Read(ref _sent);

        public Stream Open() => new Body(this, Encoding.UTF8.GetBytes(start));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            HttpResponseMessage answer = new(code) { Content = new StreamContent(Open()) };
            answer.Content.Headers.ContentType = new("application/json");
            return Task.FromResult(answer);
        }

        private sealed class Body(Endless owner, byte[] start) : ReadOnlyStream
        {
            private bool _hasStarted;

            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                int count = buffer.Length;
                if (_hasStarted)
                    buffer.Span.Fill((byte)'a');
                else
                    start.CopyTo(buffer[..(count = start.Length)]);
                _hasStarted = true;
                Interlocked.Add(ref owner._sent, count);
                return ValueTask.FromResult(count);
            }
        }
    }
}
