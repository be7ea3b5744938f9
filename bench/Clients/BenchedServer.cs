using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Bench.Clients;

/// <summary>A process of NodeManager's server on a free port of loopback, with a token that it accepts.</summary>
internal sealed class BenchedServer : IDisposable
{
    private const string Program = "NodeManager.Server";
    private readonly ProcessStartInfo _start;
    private Process? _process;

    /// <param name="command">That uses a port and an approver: <c>serve</c> or <c>demo</c>, with its options.</param>
    public BenchedServer(params string[] command)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Address = new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/");
        Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _start = new(
            "dotnet",
            [
                "exec",
                File,
                .. command,
                "--port",
                port.ToString(CultureInfo.InvariantCulture),
                "--approver",
                Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Token))),
            ]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Of the same build as this program.</summary>
    public static string File { get; } =
        Path.Combine(
            BenchOptions.Root,
            "src",
            Program,
            "bin",
            new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
            "net10.0",
            Program + ".dll"
        );

    public Uri Address { get; }

    public string Token { get; }

    public Process Process => _process ?? throw new InvalidOperationException("It has not been started.");

    /// <summary>Until it knows the cluster.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => StartAsync("readyz", cancellationToken);

    /// <param name="path">Until this succeeds.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task StartAsync(string path, CancellationToken cancellationToken)
    {
        if (_process is not null)
            return;
        _process = Process.Start(_start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using HttpClient client = Connect();
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException("The server ended.");
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>A client that is authorized.</summary>
    /// <param name="handler">Null for one of its own.</param>
    public HttpClient Connect(HttpMessageHandler? handler = null) =>
        new(handler ?? new SocketsHttpHandler())
        {
            BaseAddress = Address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) },
        };

    /// <summary>Ends the process, as the last step of a work.</summary>
    public Task EndAsync(CancellationToken _)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        // Its port is free then.
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }
}
