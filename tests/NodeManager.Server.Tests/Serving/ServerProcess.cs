using System.Diagnostics;

namespace NodeManager.Server.Tests.Serving;

/// <summary>The program in a process of its own, with the settings that users have.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <param name="arguments">Of the program.</param>
    public static ServerProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <param name="environment">Added to the test's own.</param>
    /// <param name="arguments">Of the program.</param>
    public static ServerProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "NodeManager.Server.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string variable, string value) in environment)
            start.Environment[variable] = value;
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new(process);
    }

    /// <summary>What follows these texts, up to the end of a word, in the lines that it prints: the first of each, in their order.</summary>
    public async Task<string[]> ReadAsync(params string[] texts)
    {
        string[] found = new string[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            string line;
            do line =
                await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit) ?? throw new InvalidOperationException("The program ended.");
            while (!line.Contains(texts[i], StringComparison.Ordinal));
            found[i] = line[(line.IndexOf(texts[i], StringComparison.Ordinal) + texts[i].Length)..].TrimStart().Split(' ', '\'')[0];
        }

        return found;
    }

    /// <summary>Ends it by SIGTERM, as an init system or the kubelet does. Not on Windows.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return _process.ExitCode;
    }

    /// <summary>Ends it by SIGKILL: it writes and releases nothing.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
