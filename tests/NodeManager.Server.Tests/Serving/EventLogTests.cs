using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodeManager.Server.Access;
using NodeManager.Server.EventStream;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Tests.Serving;

/// <summary>The last events, as many streams read them: bounded, resumed, plain and compressed.</summary>
public sealed class EventLogTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_slow_reader_gets_a_reset_and_uses_no_memory()
    {
        var log = new EventLog();
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<EventBatch> reader = log.ReadAsync("", stop.Token).GetAsyncEnumerator();
        Assert.Equal([EventLog.Ready], await NextAsync(reader));
        for (int i = 0; i <= EventLog.Kept; i++)
            log.Write("test", $"{i}");
        Assert.Equal([EventLog.Reset], await NextAsync(reader));
        log.Write("test", "new");
        Assert.Equal(["test new"], await NextAsync(reader));
        await stop.CancelAsync();
        Assert.False(await reader.MoveNextAsync());
    }

    [Fact]
    public async Task The_bytes_of_events_are_bounded()
    {
        const int Size = EventLog.KeptBytes / 10;
        var log = new EventLog();
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<EventBatch> reader = log.ReadAsync("", stop.Token).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        List<WeakReference> batches = await WriteAsync(log, 100, new string('a', Size));
        GC.Collect();
        Assert.InRange(batches.Count(static one => one.IsAlive), 1, 10);
        Assert.Equal([EventLog.Reset], await NextAsync(reader));

        // One that is larger than the bound is kept alone.
        log.Write("test", new string('b', EventLog.KeptBytes));
        Assert.Equal(["test " + new string('b', EventLog.KeptBytes)], await NextAsync(reader));
    }

    [Fact]
    public async Task A_stream_resumes_after_every_event_also_within_a_batch()
    {
        var log = new EventLog();
        for (int i = 0; i < 12; i += 3)
            log.Write([("test", $"{i}"), ("test", $"{i + 1}"), ("test", $"{i + 2}")]);
        string prefix;
        await using (IAsyncEnumerator<EventBatch> reader = log.ReadAsync("", CancellationToken.None).GetAsyncEnumerator())
        {
            await reader.MoveNextAsync();
            prefix = Items(reader.Current)[0].EventId!.Split('-')[0];
        }

        for (int position = 0; position <= 12; position++)
        {
            using var stop = new CancellationTokenSource();
            await using IAsyncEnumerator<EventBatch> reader = log.ReadAsync($"{prefix}-{position}", stop.Token).GetAsyncEnumerator();
            List<SseItem<string>> seen = [];
            while (seen.Count < 13 - position && await reader.MoveNextAsync())
                seen.AddRange(Items(reader.Current));
            Assert.Equal([EventLog.Ready, .. Enumerable.Repeat("test", 12 - position)], seen.Select(static one => one.EventType));
            Assert.Equal(Enumerable.Range(position, 12 - position).Select(static i => $"{i}"), seen.Skip(1).Select(static one => one.Data));
            Assert.Equal(Enumerable.Range(position, 13 - position).Select(i => $"{prefix}-{i}"), seen.Select(static one => one.EventId));
        }
    }

    [Fact]
    public void Parts_of_any_size_make_one_gzip_stream()
    {
        var random = new Random(7);
        var sequence = new GzipSequence();
        using var compressed = new MemoryStream();
        using var text = new MemoryStream();
        compressed.Write(GzipSequence.Header.Span);
        foreach (int size in (int[])[1, 17, 4096, 100_000, 3, 70_000, 1 << 20])
        {
            byte[] part = new byte[size];
            for (int i = 0; i < size; i++)
                part[i] = (byte)random.Next('a', 'a' + (size % 25) + 1);
            text.Write(part);
            compressed.Write(sequence.Add(GzipPart.Of(part)).Span);
        }

        compressed.Write(sequence.End().Span);
        compressed.Position = 0;
        using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
        using var read = new MemoryStream();
        // The checksum and the length are verified at its end.
        gzip.CopyTo(read);
        Assert.True(read.ToArray().AsSpan().SequenceEqual(text.ToArray()));
    }

    [Fact]
    public async Task A_compressed_stream_carries_the_same_events_in_a_fraction_of_the_bytes()
    {
        EventLog log = server.Services.GetRequiredService<EventLog>();
        JsonArray nodes = (await server.Client.GetFromJsonAsync<JsonArray>(NodeRoutes.Prefix + "/nodes"))!;
        string token = server.Services.GetRequiredService<LocalTokens>().Issue(AccessLevel.Viewer);
        using HttpResponseMessage plain = await OpenAsync(token, "identity;q=1, gzip;q=0"),
            compressed = await OpenAsync(token, "br, gzip");
        Assert.Equal(["identity"], plain.Content.Headers.ContentEncoding);
        Assert.Equal(["gzip"], compressed.Content.Headers.ContentEncoding);

        // As a busy cluster has it: other labels on some of its nodes each second.
        for (int round = 0; round < 10; round++)
        {
            log.Write([
                .. nodes
                    .Concat(nodes)
                    .Select(node =>
                    {
                        node!["labels"]!["round"] = $"{round}";
                        return ("node", $$"""{"type":"modified","name":"{{node["name"]}}","node":{{node.ToJsonString()}}}""");
                    }),
            ]);
        }

        log.Write("last", "{}");
        using var counting = new MemoryStream();
        await using Stream gzip = new GZipStream(
            new CopyingStream(await compressed.Content.ReadAsStreamAsync(), counting),
            CompressionMode.Decompress
        );
        (List<string> ofPlain, List<string> ofCompressed) = (
            await UntilAsync(await plain.Content.ReadAsStreamAsync()),
            await UntilAsync(gzip)
        );
        HashSet<string> common = [.. ofCompressed.Skip(1)];
        Assert.Equal(ofCompressed.Skip(1), ofPlain.Where(common.Contains));
        int bytes = ofPlain.Sum(static one => Encoding.UTF8.GetByteCount(one));
        Assert.True(counting.Length * 5 < bytes, $"{counting.Length} bytes of {bytes}.");

        // A stream that the server ends is complete: its checksum is verified here.
        server.Services.GetRequiredService<LocalTokens>().Revoke(token);
        await gzip.CopyToAsync(Stream.Null).WaitAsync(Limit);
    }

    private static async Task<List<WeakReference>> WriteAsync(EventLog log, int times, string data)
    {
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<EventBatch> reader = log.ReadAsync("", stop.Token).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        List<WeakReference> batches = [];
        for (int i = 0; i < times; i++)
        {
            log.Write("test", data);
            Assert.True(await reader.MoveNextAsync());
            batches.Add(new(reader.Current));
        }

        return batches;
    }

    private static async Task<string[]> NextAsync(IAsyncEnumerator<EventBatch> reader)
    {
        Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(Limit));
        return [.. Items(reader.Current).Select(static one => one.Data == "{}" ? one.EventType : $"{one.EventType} {one.Data}")];
    }

    private static List<SseItem<string>> Items(EventBatch batch) =>
        [.. SseParser.Create(new MemoryStream(batch.Text.Text.ToArray())).Enumerate()];

    private async Task<HttpResponseMessage> OpenAsync(string token, string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, EventRoutes.Path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        HttpResponseMessage response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private static async Task<List<string>> UntilAsync(Stream stream)
    {
        List<string> events = [];
        using var limit = new CancellationTokenSource(Limit);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(limit.Token))
        {
            events.Add($"{item.EventType} {item.EventId} {item.Data}");
            if (item.EventType == "last")
                break;
        }

        return events;
    }

    // Keeps what passes.
    private sealed class CopyingStream(Stream inner, Stream copy) : NodeManager.Testing.ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            copy.Write(buffer.Span[..read]);
            return read;
        }
    }
}
