using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using NodeManager.Core.Progress;

namespace NodeManager.Conformance.Harness;

/// <summary>Keeps what an operation says about how far it is, what it warns of, and what it said last of each pod.</summary>
internal sealed partial class Listener : IOperationObserver
{
    private readonly ConcurrentQueue<string> _progress = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public void Warning(string message) => Warnings.Enqueue(message);

    /// <summary>By <c>namespace/name</c>: <c>eviction accepted.</c>, <c>Evicted.</c>, <c>refused, waiting for PDB …</c>.</summary>
    public ConcurrentDictionary<string, string> LastOfPod { get; } = new();

    public void Verbose(string message)
    {
        if (AboutPod().Match(message) is { Success: true } about)
            LastOfPod[about.Groups["pod"].Value] = about.Groups["what"].Value;
    }

    public void Progress(OperationProgress progress) => _progress.Enqueue(progress.Status);

    public Task HearsAsync(string text) =>
        Eventually.HoldsAsync(
            $"progress about {text}",
            () => Task.FromResult(_progress.Any(p => p.Contains(text, StringComparison.Ordinal)))
        );

    [GeneratedRegex("^Pod (?<pod>[^ ]+): (?<what>.*)$", RegexOptions.Singleline)]
    private static partial Regex AboutPod();
}
