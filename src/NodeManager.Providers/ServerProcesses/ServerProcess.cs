using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security;
using System.Text.Json;

namespace NodeManager.Providers.ServerProcesses;

/// <summary>
/// A server as a child process. It ends when its standard input is closed, and so never outlives this process. Thread-safe.
/// </summary>
public sealed class ServerProcess : IDisposable
{
    // A drain in progress is cancelled and leaves its node in a consistent state.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan LinkTime = TimeSpan.FromSeconds(10);
    private readonly Process _process;
    private readonly ServerLog _log;
    private readonly IDisposable? _owned;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private bool _isStopping,
        _isReleased;

    private ServerProcess(Process process, ServerLog log, IDisposable? owned, TimeProvider time)
    {
        (_process, _log, _owned, _time) = (process, log, owned, time);
        _reading = log.ReadAsync(process.StandardError);
    }

    public NodeManagerServer Server { get; private set; } = null!;

    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <param name="cancellationToken">Also ends the process.</param>
    /// <exception cref="NodeManagerException">
    /// ServerStartFailed, ServerLogUnavailable, and the server's own errors: PortUnavailable, ServerUnreachable, Unauthorized and others of
    /// a connection.
    /// </exception>
    public static async Task<ServerProcess> StartAsync(ServerLaunch launch, CancellationToken cancellationToken)
    {
        ServerProcess started = Open(launch);
        ServerAnnouncement? announced = null;
        try
        {
            string problem;
            (announced, problem) = await started.HandOverAsync(launch, cancellationToken);
            if (announced is null)
            {
                // Reads its last output first.
                await started.AbandonAsync();
                throw started.StartFailed(problem);
            }

            started.Server = Describe(launch, announced, started._process.Id);
            started.Completion = started.WatchAsync();
            return started;
        }
        finally
        {
            if (announced is null)
                await started.AbandonAsync();
        }
    }

    /// <summary>Requests a new sign-in link, which replaces that of <see cref="Server"/>.</summary>
    public async Task RenewLinkAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(LinkTime, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _process.StandardInput.WriteLineAsync(ServerAnnouncement.LinkRequest);
            await _process.StandardInput.FlushAsync(stop.Token);
            if (await ReadAsync(stop.Token) is not { SignInLink.Length: > 0 } announced)
                throw Ended();
            (Server.SignInLink, Server.SignInExpiresAt) = (announced.SignInLink, announced.SignInExpiresAt);
        }
        catch (Exception problem)
            when (problem is IOException or ObjectDisposedException or InvalidOperationException
                || (problem is OperationCanceledException && limit.IsCancellationRequested)
            )
        {
            throw Ended();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the server's standard input and waits for its end; kills it after 35 seconds. Idempotent.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        CloseInput();
        using CancellationTokenSource limit = new(StopTime, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await Completion.WaitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            await Completion;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Closes the server's standard input without waiting.</summary>
    public void Dispose() => CloseInput();

    private static ServerProcess Open(ServerLaunch launch)
    {
        ServerLog? log = null;
        try
        {
            log = new ServerLog(launch.LogPath);
            return new(Process.Start(launch.Start)!, log, launch.Owned, launch.Time);
        }
        catch (Exception problem)
        {
            log?.Dispose();
            launch.Owned?.Dispose();
            if (problem is not (Win32Exception or IOException))
                throw;
            throw new NodeManagerException(
                ErrorIds.ServerStartFailed,
                ErrorKind.ResourceUnavailable,
                $"The server cannot be started with '{launch.Start.FileName}': {problem.Message}",
                launch.Start.FileName,
                "Run the server directly to see the cause: dotnet NodeManager.Server.dll --help.",
                problem
            );
        }
    }

    private static NodeManagerServer Describe(ServerLaunch launch, ServerAnnouncement announced, int id) =>
        new()
        {
            Address = announced.Address!,
            Cluster = launch.Session.Cluster,
            Session = launch.Session,
            SignInLink = announced.SignInLink,
            SignInExpiresAt = announced.SignInExpiresAt,
            ViewerToken = Secure(announced.ViewerToken),
            AdminToken = Secure(announced.AdminToken),
            ProcessId = id,
            StartedAt = launch.Time.GetUtcNow(),
            LogPath = launch.LogPath ?? "",
        };

    private static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (char letter in text)
            secure.AppendChar(letter);
        secure.MakeReadOnly();
        return secure;
    }

    // Null with the reason if it does not serve.
    private async Task<(ServerAnnouncement? Announced, string Problem)> HandOverAsync(
        ServerLaunch launch,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource limit = new(launch.Timeout, launch.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _process.StandardInput.WriteLineAsync(
                JsonSerializer.Serialize(launch.Handover, ServerJson.Default.ServerHandover).AsMemory(),
                stop.Token
            );
            await _process.StandardInput.FlushAsync(stop.Token);
            ServerAnnouncement? announced = await ReadAsync(stop.Token);
            if (announced?.Fault is { } fault)
                throw new NodeManagerException(
                    fault.ErrorId,
                    fault.Kind,
                    fault.Message,
                    launch.Session,
                    fault.Action.Length > 0 ? fault.Action : null
                );
            return announced?.Address is not null ? (announced, "") : (null, "it ended before it served");
        }
        catch (IOException)
        {
            return (null, "it ended before it read its cluster");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, $"it did not serve within {HumanDuration.Format(launch.Timeout)}");
        }
    }

    // Null at the end of the output, and for an invalid line.
    private async Task<ServerAnnouncement?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line
                ? JsonSerializer.Deserialize(line, ServerJson.Default.ServerAnnouncement)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private NodeManagerException StartFailed(string why) =>
        new(
            ErrorIds.ServerStartFailed,
            ErrorKind.ResourceUnavailable,
            $"The server did not start: {why}.{_log.Quote()}",
            "NodeManager.Server",
            "Run the server directly to see the cause: dotnet NodeManager.Server.dll --help."
        );

    private NodeManagerException Ended() =>
        new(
            ErrorIds.ServerEnded,
            ErrorKind.InvalidOperation,
            $"The server at {Server} has ended or does not answer.",
            Server,
            "Start another one with Start-NodeManagerServer."
        );

    private async Task WatchAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
        bool isStopped;
        lock (_gate)
            isStopped = _isStopping;
        int code = _process.ExitCode;
        string error = isStopped
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"The server process {_process.Id} ended with exit code {code}.{_log.Quote()}");
        Server.End(isStopped ? NodeManagerServerState.Stopped : NodeManagerServerState.Failed, code, error, _time.GetUtcNow());
        Release();
    }

    private async Task AbandonAsync()
    {
        if (_isReleased)
            return;
        CloseInput();
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
        Release();
    }

    private void Release()
    {
        _isReleased = true;
        CloseInput();
        _log.Dispose();
        _owned?.Dispose();
        _process.Dispose();
    }

    private void CloseInput()
    {
        lock (_gate)
        {
            if (_isStopping)
                return;
            _isStopping = true;
        }

        try
        {
            _process.StandardInput.Close();
        }
        catch (Exception problem) when (problem is IOException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception problem) when (problem is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            // It has ended.
        }
    }
}
