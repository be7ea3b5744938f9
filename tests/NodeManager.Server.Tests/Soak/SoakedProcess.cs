using System.Diagnostics;
using System.Globalization;

namespace NodeManager.Server.Tests.Soak;

/// <summary>The program in a process of its own, with the settings that users have, which reports its memory.</summary>
internal sealed class SoakedProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly string _memory;

    private SoakedProcess(Process process, string memory) => (_process, _memory) = (process, memory);

    /// <param name="memory">The file of its reports.</param>
    /// <param name="interval">Between two reports.</param>
    /// <param name="arguments">Of the program.</param>
    public static SoakedProcess Start(string memory, TimeSpan interval, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "NodeManager.Server.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(SoakedProcess).Assembly.Location;
        start.Environment[StartupHook.FileVariable] = memory;
        start.Environment[StartupHook.IntervalVariable] = interval.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new(process, memory);
    }

    /// <summary>What follows these texts, up to the end of a word, in the lines that it prints: the first of each, in their order.</summary>
    public async Task<string[]> ReadAsync(params string[] texts)
    {
        string[] found = new string[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            string line;
            do line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit) ?? throw new InvalidOperationException("The program ended.");
            while (!line.Contains(texts[i], StringComparison.Ordinal));
            found[i] = line[(line.IndexOf(texts[i], StringComparison.Ordinal) + texts[i].Length)..].TrimStart().Split(' ', '\'')[0];
        }

        return found;
    }

    /// <summary>Managed memory after each full collection until now, and the working set, in MB.</summary>
    public IReadOnlyList<(int Managed, int WorkingSet)> Memory() => !File.Exists(_memory)
        ? []
        : [.. File.ReadLines(_memory).Select(static line => line.Split(' ')).Select(static parts => (Megabytes(parts[1]), Megabytes(parts[2])))];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int Megabytes(string bytes) => (int)(long.Parse(bytes, CultureInfo.InvariantCulture) >> 20);
}
