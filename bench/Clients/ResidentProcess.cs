using System.Diagnostics;
using System.Globalization;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Clients;

/// <summary>Runs a program that stays, and measures what it takes in a while.</summary>
internal static class ResidentProcess
{
    /// <summary>What a line begins with that goes on with the managed memory that the program keeps, in bytes.</summary>
    public const string Live = "##live ";

    /// <param name="start">What to run. Its output is read and thrown away; its input stays open.</param>
    /// <param name="warmUp">Before the measurement.</param>
    /// <param name="window">That is measured.</param>
    /// <param name="isSilent">It is told of nothing.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>The window, its CPU time in it, its working set at the end, the characters of its output in it, and what it says that it keeps.</returns>
    /// <exception cref="InvalidOperationException">It ended before, or nothing reached it.</exception>
    public static async Task<Sample> RunAsync(
        ProcessStartInfo start,
        TimeSpan warmUp,
        TimeSpan window,
        bool isSilent,
        CancellationToken cancellationToken
    )
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        long read = 0;
        List<long> kept = [];
        Task output = Task.WhenAll(
            ReadAsync(
                process.StandardOutput,
                line =>
                {
                    Interlocked.Add(ref read, line.Length + 1);
                    if (!line.StartsWith(Live, StringComparison.Ordinal))
                        return;
                    lock (kept)
                        kept.Add(long.Parse(line.AsSpan(Live.Length), CultureInfo.InvariantCulture));
                }
            ),
            ReadAsync(process.StandardError, static _ => { })
        );
        try
        {
            await Task.Delay(warmUp, TimeProvider.System, cancellationToken);
            process.Refresh();
            TimeSpan cpu = process.TotalProcessorTime;
            long before = Interlocked.Read(ref read);
            var watch = Stopwatch.StartNew();
            await Task.Delay(window, TimeProvider.System, cancellationToken);
            process.Refresh();
            if (process.HasExited)
                throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode} before it was measured.");
            long bytes = Interlocked.Read(ref read) - before;
            if (bytes == 0 && !isSilent)
                throw new InvalidOperationException($"{start.FileName} was told of no change.");
            long[] course;
            lock (kept)
                course = [.. kept];
            return new(
                watch.Elapsed.TotalMilliseconds,
                (process.TotalProcessorTime - cpu).TotalMilliseconds,
                process.WorkingSet64,
                bytes,
                course.Length > 0 ? course[^1] : null,
                course.Length > 0 ? course : null
            );
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            await output;
        }
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> take)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            take(line);
    }
}
