using System.Diagnostics;
using System.Globalization;

/// <summary>
/// Runs in a process that a soak watches, before its program (DOTNET_STARTUP_HOOKS): reports, at an interval, what the process holds after a full
/// collection. The name and the place are the runtime's.
/// </summary>
internal static class StartupHook
{
    /// <summary>Names the file that a line is added to each time: seconds since the start, managed bytes, bytes of the working set.</summary>
    public const string FileVariable = "NODEMANAGER_SOAK_MEMORY";

    /// <summary>How many seconds are between two lines.</summary>
    public const string IntervalVariable = "NODEMANAGER_SOAK_MEMORY_SECONDS";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is not { Length: > 0 } file)
            return;
        TimeSpan interval = TimeSpan.FromSeconds(
            double.Parse(Environment.GetEnvironmentVariable(IntervalVariable)!, CultureInfo.InvariantCulture)
        );
        new Thread(() => Report(file, interval)) { IsBackground = true }.Start();
    }

    private static void Report(string file, TimeSpan interval)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            Thread.Sleep(interval);
            long managed = GC.GetTotalMemory(forceFullCollection: true);
            File.AppendAllText(
                file,
                string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:0} {managed} {Environment.WorkingSet}\n")
            );
        }
    }
}
