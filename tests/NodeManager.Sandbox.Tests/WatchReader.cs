using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Tests;

/// <summary>Reads the lines of a watch.</summary>
internal sealed class WatchReader(HttpResponseMessage response, Stream body) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly StreamReader _lines = new(body);

    /// <summary>The next event; null when the watch has ended.</summary>
    public async Task<JsonObject?> NextAsync()
    {
        string? line = await NextLineAsync(Timeout);
        return line is null ? null : JsonNode.Parse(line)!.AsObject();
    }

    /// <summary>The next event as it came; null when the watch has ended.</summary>
    public Task<string?> NextLineAsync(TimeSpan timeout) => _lines.ReadLineAsync().WaitAsync(timeout);

    /// <summary>The next event as "TYPE name".</summary>
    public async Task<string> NextTextAsync()
    {
        JsonObject? next = await NextAsync();
        return next is null ? "end" : $"{next["type"]} {next["object"]!["metadata"]!["name"]}";
    }

    public void Dispose()
    {
        _lines.Dispose();
        response.Dispose();
    }
}
