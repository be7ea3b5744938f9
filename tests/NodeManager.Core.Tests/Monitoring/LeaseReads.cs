using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>Passes requests on, and notes what readers of Leases are answered, and when by the cluster's clock: the first evidence of what no watch reports.</summary>
internal sealed class LeaseReads(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentQueue<LeaseRead> _reads = new();

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>When the first answer of this kind came.</summary>
    public DateTimeOffset First(DateTimeOffset after, Predicate<LeaseRead> isMeant) =>
        _reads.First(read => read.At >= after && isMeant(read)).At;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.Contains("/kube-node-lease/leases", StringComparison.Ordinal))
            return await base.SendAsync(request, cancellationToken);
        bool isGood = false;
        HttpResponseMessage answer;
        try
        {
            answer = await base.SendAsync(request, cancellationToken);
            isGood = answer.IsSuccessStatusCode;
        }
        finally
        {
            if (!isGood)
                _reads.Enqueue(new(Time.GetUtcNow(), false, new Dictionary<string, TimeSpan>()));
        }

        if (!isGood)
            return answer;
        await answer.Content.LoadIntoBufferAsync(cancellationToken);
        JsonNode body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
        JsonNode[] leases = body["items"] is JsonArray items ? [.. items.OfType<JsonNode>()] : [body];
        _reads.Enqueue(
            new(
                Time.GetUtcNow(),
                true,
                leases.ToDictionary(static lease => (string)lease["metadata"]!["name"]!, SkewOf, StringComparer.Ordinal)
            )
        );
        return answer;
    }

    private static TimeSpan SkewOf(JsonNode lease) =>
        lease["metadata"]!["managedFields"] is JsonArray { Count: > 0 } writes && lease["spec"]?["renewTime"] is { } renewed
            ? (DateTimeOffset)renewed - writes.Max(static write => (DateTimeOffset)write!["time"]!)
            : TimeSpan.Zero;
}

/// <summary>An answer.</summary>
/// <param name="At">When it came.</param>
/// <param name="IsGood">It was no refusal, and it came.</param>
/// <param name="Skews">How far each node's clock is ahead of the API server's.</param>
internal sealed record LeaseRead(DateTimeOffset At, bool IsGood, IReadOnlyDictionary<string, TimeSpan> Skews)
{
    /// <summary>Whether it shows a Lease of the node, and that its clock is wrong, or right.</summary>
    public bool Shows(string node, bool isWrong) =>
        Skews.TryGetValue(node, out TimeSpan skew) && (skew.Duration() > TimeSpan.FromSeconds(10)) == isWrong;
}
