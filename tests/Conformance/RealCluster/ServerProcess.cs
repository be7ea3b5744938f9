using System.Diagnostics;

namespace NodeManager.Conformance.RealCluster;

/// <summary>
/// A server that cannot outlive the test run: a shell stands between, which reads a pipe that we hold open, and kills the server when the
/// pipe closes, be it on purpose or because this process was killed. So the folder can go with it in either case. A server that panics
/// (Go's exit code 2) is started again, three times at most: 1.20's node lifecycle controller panics when a node that is to be tainted is
/// replaced by one without conditions.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Guardian = """
        log=$1 end=$1.end.$$ remove=$2; shift 2
        exec 3<&0
        : >"$log"
        start() {
          "$@" </dev/null >>"$log" 2>&1 3<&- &
          server=$!
          echo $server >"$log.pid"
          [ ! -e "$end" ] || kill -9 $server
        }
        start "$@"
        exec 2>/dev/null
        { read -r _ <&3; : >"$end"; kill -9 "$(cat "$log.pid")"; } &
        wait $server
        code=$?
        crashes=0
        while [ $code -eq 2 ] && [ $crashes -lt 3 ]; do
          crashes=$((crashes + 1))
          start "$@"
          wait $server
          code=$?
        done
        [ -z "$remove" ] || rm -rf "$remove"
        exit $code
        """;

    private readonly Process _process;

    /// <param name="file">The program.</param>
    /// <param name="folder">Where it runs and logs.</param>
    /// <param name="removeFolder">Whether the folder is removed when it ends.</param>
    /// <param name="arguments">Of the program.</param>
    public ServerProcess(string file, string folder, bool removeFolder, params IEnumerable<string> arguments)
    {
        Name = Path.GetFileName(file);
        LogFile = Path.Combine(folder, Name + ".log");
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = folder };
        foreach (string argument in (string[])["-c", Guardian, "guardian", LogFile, removeFolder ? folder : "", file])
            start.ArgumentList.Add(argument);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        // By default, a quarter of the API server's CPU is garbage collection. The limit applies to servers built by Go 1.19 and later,
        // and is far above what tests need: at the limit, a server does little else than collect.
        start.Environment.TryAdd("GOGC", "800");
        start.Environment.TryAdd("GOMEMLIMIT", "4GiB");
        _process = Process.Start(start)!;
    }

    public string Name { get; }

    public string LogFile { get; }

    /// <exception cref="InvalidOperationException">It ended; the message has the last lines of its log.</exception>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"{Name} ended with {_process.ExitCode}:\n{LogTail()}");
    }

    /// <summary>Stops the server without ending it (SIGSTOP): its connections stay open, and no request is answered.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>Ends a pause.</summary>
    public void Continue() => Signal("CONT");

    private void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, File.ReadAllText(LogFile + ".pid").Trim()]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
            throw new InvalidOperationException($"kill -{name} failed for {Name}.");
    }

    public string LogTail() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(15)) : "(no log)";

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }
}
