using System.Diagnostics;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Clients;

/// <summary>Runs a program that stays, and measures what it takes in a while.</summary>
internal static class ResidentProcess
{
    /// <param name="start">What to run. Its output is read and thrown away; its input stays open.</param>
    /// <param name="warmUp">Before the measurement.</param>
    /// <param name="window">That is measured.</param>
    /// <param name="during">What happens from its start to its end.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>The window, its CPU time in it, its working set at the end and the bytes of its output in it.</returns>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public static async Task<Sample> RunAsync(ProcessStartInfo start, TimeSpan warmUp, TimeSpan window, Func<CancellationToken, Task> during, CancellationToken cancellationToken)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long read = 0;
        Task output = Task.WhenAll(
            ReadAsync(process.StandardOutput.BaseStream, count => Interlocked.Add(ref read, count)),
            ReadAsync(process.StandardError.BaseStream, static _ => { }));
        Task work = during(stop.Token);
        try
        {
            await Task.Delay(warmUp, TimeProvider.System, cancellationToken);
            process.Refresh();
            TimeSpan cpu = process.TotalProcessorTime;
            long before = Interlocked.Read(ref read);
            var watch = Stopwatch.StartNew();
            await Task.Delay(window, TimeProvider.System, cancellationToken);
            process.Refresh();
            if (process.HasExited) throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode} before it was measured.");
            return new(watch.Elapsed.TotalMilliseconds, (process.TotalProcessorTime - cpu).TotalMilliseconds, process.WorkingSet64, Interlocked.Read(ref read) - before);
        }
        finally
        {
            await stop.CancelAsync();
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await output;
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ReadAsync(Stream stream, Action<int> count)
    {
        byte[] buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer) is > 0 and int read) count(read);
    }
}
