using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NodeManager.Bench.Running;

namespace NodeManager.Bench.Clients;

/// <summary>Runs a program to its end: its time, its CPU time and the most memory that it held.</summary>
internal static class ChildProcess
{
    private const int Children = -1;

    /// <param name="file">Found on PATH.</param>
    /// <param name="arguments">One each.</param>
    /// <param name="environment">Added to this process's.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>What it took, with the bytes of its output, which is thrown away.</returns>
    /// <exception cref="InvalidOperationException">It ended with an error.</exception>
    public static async Task<Sample> RunAsync(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        CancellationToken cancellationToken
    )
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        double before = CpuOfChildren();
        var watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        using CancellationTokenRegistration kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Task<long> peak = PeakAsync(process);
        long bytes = await CountAsync(process.StandardOutput.BaseStream);
        await process.WaitForExitAsync(CancellationToken.None);
        double milliseconds = watch.Elapsed.TotalMilliseconds;
        cancellationToken.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{file} {string.Join(' ', arguments)} ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {await errors}"
            );
        double cpu = OperatingSystem.IsWindows() ? process.TotalProcessorTime.TotalMilliseconds : CpuOfChildren() - before;
        return new(milliseconds, cpu, await peak, bytes);
    }

    private static async Task<long> CountAsync(Stream stream)
    {
        byte[] buffer = new byte[1 << 20];
        long count = 0;
        while (await stream.ReadAsync(buffer) is > 0 and int read)
            count += read;
        return count;
    }

    // The system keeps the peak of a process that lives; a look every few ms misses what grows at the very end.
    private static async Task<long> PeakAsync(Process process)
    {
        long peak = 0;
        while (true)
        {
            try
            {
                process.Refresh();
                if (process.HasExited)
                    return peak;
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                return peak;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    // Of all children that have ended, in ms: one runs at a time. Windows keeps it with the process.
    private static double CpuOfChildren()
    {
        if (OperatingSystem.IsWindows())
            return 0;
        long[] usage = new long[36];
        if (GetUsage(Children, usage) != 0)
            throw new InvalidOperationException("getrusage failed.");
        // struct rusage: seconds and microseconds of user, then of system time. On macOS the microseconds take 32 bits, and padding follows.
        return ((usage[0] + usage[2]) * 1000.0) + ((Micro(usage[1]) + Micro(usage[3])) / 1000.0);
    }

    private static long Micro(long value) => OperatingSystem.IsMacOS() ? (int)value : value;

    [DllImport("libc", EntryPoint = "getrusage")]
    private static extern int GetUsage(int who, [Out] long[] usage);
}
