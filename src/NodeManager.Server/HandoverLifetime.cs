using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using NodeManager.Providers.ServerProcesses;

namespace NodeManager.Server;

/// <summary>
/// The lifetime of a server started by another process: ends with standard input, which the parent closes, or loses when it dies. Ctrl-C in
/// the parent's terminal is ignored.
/// </summary>
internal sealed class HandoverLifetime : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly TextReader _input;
    private readonly TextWriter _output;
    private Func<ServerAnnouncement>? _link;

    public HandoverLifetime(TextReader input, TextWriter output) => (_input, _output) = (input, output);

    /// <summary>The process's streams as UTF-8 on every platform.</summary>
    public static HandoverLifetime OfProcess() =>
        new(
            new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false)),
            new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" }
        );

    /// <summary>Stops the host; set before the start.</summary>
    public Action? Stop { get; set; }

    /// <summary>Reads the first line.</summary>
    /// <exception cref="NodeManagerException">ServerStartFailed: not a valid handover.</exception>
    public ServerHandover ReadHandover()
    {
        try
        {
            if (_input.ReadLine() is { } line && JsonSerializer.Deserialize(line, ServerJson.Default.ServerHandover) is { } handed)
                return handed;
        }
        catch (JsonException)
        {
            // The exception's message could quote a credential.
        }

        throw new NodeManagerException(
            ErrorIds.ServerStartFailed,
            ErrorKind.InvalidData,
            "serve --handover needs the description of a cluster on standard input.",
            null,
            "Start the server with Start-NodeManagerServer."
        );
    }

    /// <summary>Reports address and credentials to the parent.</summary>
    /// <param name="link">Creates a new sign-in link on later requests of the parent.</param>
    public void Announce(ServerAnnouncement announcement, Func<ServerAnnouncement> link)
    {
        Volatile.Write(ref _link, link);
        Write(announcement);
    }

    /// <summary>Reports a failed start to the parent.</summary>
    public void Report(NodeManagerException problem) =>
        Write(new() { Fault = new(problem.ErrorId, problem.Kind, problem.Message, problem.RecommendedAction ?? "") });

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, static context => context.Cancel = true));
        _signals.Add(
            PosixSignalRegistration.Create(
                PosixSignal.SIGTERM,
                context =>
                {
                    context.Cancel = true;
                    Stop?.Invoke();
                }
            )
        );
        // A separate background thread, because reads of a pipe block.
        new Thread(Watch) { IsBackground = true, Name = "Standard input" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _signals.Clear();
    }

    private void Watch()
    {
        try
        {
            while (_input.ReadLine() is { } line)
                if (line == ServerAnnouncement.LinkRequest && Volatile.Read(ref _link) is { } link)
                    Write(link());
        }
        catch (IOException)
        {
            // The parent has ended.
        }

        Stop?.Invoke();
    }

    private void Write(ServerAnnouncement announcement)
    {
        try
        {
            lock (_output)
                _output.WriteLine(JsonSerializer.Serialize(announcement, ServerJson.Default.ServerAnnouncement));
        }
        catch (IOException)
        {
            // The parent has ended; standard input ends too.
        }
    }
}
