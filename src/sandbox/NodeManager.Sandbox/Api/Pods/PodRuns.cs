using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace NodeManager.Sandbox.Api.Pods;

/// <summary>The runs of programs in pods, with their output. Thread-safe.</summary>
internal sealed class PodRuns(DocumentStore store, IReadOnlyList<SimulatedProgram> programs, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, PodRun> _runs = new();

    // Pods of a pattern have the same image and command, so programs are queried once.
    private readonly ConditionalWeakTable<ObjectPattern, object> _without = [];

    public bool HasPrograms => programs.Count > 0;

    /// <summary>Starts or restarts a pod's program; null without one.</summary>
    /// <param name="known">The result of the start, if the kubelet determines it.</param>
    /// <param name="startsBefore">The starts of a pod that is new here.</param>
    public PodRun? Start(StoredObject pod, string now, SimulatedRun? known = null, int startsBefore = 0)
    {
        // A program that no longer crashes just runs.
        if ((known ?? Run(pod) ?? (_runs.ContainsKey(pod.Uid) ? new() : null)) is not { } run)
            return null;
        return _runs.AddOrUpdate(
            pod.Uid,
            _ => new(startsBefore + 1, run, startsBefore > 0 ? run.Log : "", now),
            (_, before) => new(before.Starts + 1, run, before.Last.Log, now)
        );
    }

    /// <summary>Records that a program ended with its exit code, and so crashed.</summary>
    public void Crash(string uid)
    {
        if (_runs.TryGetValue(uid, out PodRun? run) && run.Last.End is { } end)
            _runs.TryUpdate(uid, run with { Last = run.Last with { ExitCode = end.ExitCode } }, run);
    }

    /// <summary>The last start of a pod's program, generated for seeded pods.</summary>
    public PodRun? Of(StoredObject pod, string now) =>
        _runs.TryGetValue(pod.Uid, out PodRun? run) ? run
        : programs.Count == 0 ? null
        : Start(pod, now);

    /// <summary>Null if never started.</summary>
    public PodRun? Find(string uid) => _runs.GetValueOrDefault(uid);

    public void Remove(string uid) => _runs.TryRemove(uid, out _);

    private SimulatedRun? Run(StoredObject pod)
    {
        if (programs.Count == 0 || (pod.Pattern is { } pattern && _without.TryGetValue(pattern, out _)))
            return null;
        JsonObject? spec = pod.ToJson().Object("spec");
        // Only the first container has a program; others are sidecars.
        if (spec.Objects("containers").FirstOrDefault() is not { } container)
            return null;
        PodFiles files = new(store, pod.Namespace, spec!, container);
        SimulatedStart start = new(
            container.Text("image") ?? "",
            [.. Texts(container.Array("command")), .. Texts(container.Array("args"))],
            files.Read,
            time.GetUtcNow()
        );
        SimulatedRun? run = programs.Select(program => program(start)).FirstOrDefault(run => run is not null);
        if (run is null && pod.Pattern is { } alike)
            _without.TryAdd(alike, alike);
        return run;
    }

    private static IEnumerable<string> Texts(JsonArray? list) => (list ?? []).Select(item => (string?)item ?? "");
}
