using System.Net.Http.Headers;
using NodeManager.Server.EventStream;

namespace NodeManager.Server.Tests.Soak;

/// <summary>One of many readers of the event stream: counts events, which end with an empty line, and keeps nothing.</summary>
internal sealed class CountedStream(HttpClient client, string token)
{
    private long _events;

    public long Events => Interlocked.Read(ref _events);

    /// <summary>Until it is stopped; a stream that ends before is an error.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        byte[] buffer = new byte[4096];
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, EventRoutes.Path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            await using Stream stream = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(stop);
            byte before = 0;
            while (await stream.ReadAsync(buffer, stop) is > 0 and int read)
            {
                int ends = 0;
                foreach (byte one in buffer.AsSpan(0, read))
                {
                    if (one == '\n' && before == '\n')
                        ends++;
                    before = one;
                }

                Interlocked.Add(ref _events, ends);
            }

            throw new EndOfStreamException("The server ended a stream.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end of the run.
        }
    }
}
