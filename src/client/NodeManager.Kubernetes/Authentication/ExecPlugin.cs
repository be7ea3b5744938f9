using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Credentials;
using NodeManager.Kubernetes.Files;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>
/// Runs a credential plugin and parses its output. Its standard error is logged, escaped, because it may prompt for a login.
/// </summary>
internal static partial class ExecPlugin
{
    private const int MaximumErrorLength = 500;

    // A browser that the plugin has started may keep its output open for hours.
    private static readonly TimeSpan OutputAfterExit = TimeSpan.FromSeconds(2);

    /// <exception cref="NodeManagerException">CredentialPluginFailed: the plugin is missing, failed, or printed something else.</exception>
    public static async Task<Credential> RunAsync(ExecConfiguration configuration, ILogger logger, CancellationToken cancellationToken)
    {
        using Process process = Start(configuration);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        StringBuilder output = new(),
            errors = new();
        try
        {
            process.StandardInput.Close();
            Task outputs = Task.WhenAll(
                ReadAsync(process.StandardOutput, output, reading.Token),
                LogAsync(process.StandardError, errors, configuration, logger, reading.Token)
            );
            await process.WaitForExitAsync(cancellationToken);
            reading.CancelAfter(OutputAfterExit);
            await outputs;
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            throw;
        }

        if (process.ExitCode != 0)
            throw Failed(configuration, $"ended with exit code {process.ExitCode}{Quote(errors.ToString())}");
        return Read(configuration, output.ToString());
    }

    // Keeps what was read when reading is canceled.
    private static async Task ReadAsync(StreamReader reader, StringBuilder text, CancellationToken stop)
    {
        char[] buffer = new char[4096];
        try
        {
            while (await reader.ReadAsync(buffer, stop) is var count and > 0)
                text.Append(buffer, 0, count);
        }
        catch (OperationCanceledException)
        {
            // The caller decides whether the text is used.
        }
    }

    private static async Task LogAsync(
        StreamReader errors,
        StringBuilder text,
        ExecConfiguration configuration,
        ILogger logger,
        CancellationToken stop
    )
    {
        try
        {
            while (await errors.ReadLineAsync(stop) is { } line)
            {
                text.AppendLine(line);
                if (line.Length > 0)
                    LogSaid(logger, DisplayText.Escape(configuration.Command), DisplayText.Escape(line));
            }
        }
        catch (OperationCanceledException)
        {
            // As above.
        }
    }

    private static Process Start(ExecConfiguration configuration)
    {
        string command =
            CommandPath.Find(configuration.Command) ?? throw Failed(configuration, "cannot be started: no folder of PATH has it");
        var start = new ProcessStartInfo(command, configuration.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        foreach ((string name, string value) in configuration.Environment)
            start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = Information(configuration);
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw Failed(configuration, $"cannot be started: {e.Message}", e);
        }
    }

    private static string Information(ExecConfiguration configuration)
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (configuration.Cluster is { } cluster)
            spec["cluster"] = cluster.DeepClone();
        return new JsonObject
        {
            ["apiVersion"] = configuration.ApiVersion,
            ["kind"] = "ExecCredential",
            ["spec"] = spec,
        }.ToJsonString();
    }

    private static Credential Read(ExecConfiguration configuration, string output)
    {
        ExecCredential? answer = Parse(configuration, output);
        // kubectl accepts output without a kind and goes by its version.
        if (answer is not { Kind: null or "" or "ExecCredential" })
            throw Failed(configuration, "printed no ExecCredential");
        if (answer.ApiVersion != configuration.ApiVersion)
            throw Failed(
                configuration,
                $"answered in version '{answer.ApiVersion}', not in '{configuration.ApiVersion}', the version that the kubeconfig requires"
            );
        if (answer.Status is not { } status)
            throw Failed(configuration, "gave no status");
        bool hasCertificate = !string.IsNullOrEmpty(status.ClientCertificateData);
        if (hasCertificate == string.IsNullOrEmpty(status.ClientKeyData))
            throw Failed(configuration, "gave a certificate without its key, or the key alone");
        if (!hasCertificate && string.IsNullOrEmpty(status.Token))
            throw Failed(configuration, "gave neither a token nor a certificate");
        if (!HeaderText.IsValid(status.Token ?? ""))
            throw Failed(configuration, "gave a token with a line break or another control character");
        ClientCertificate? certificate = hasCertificate
            ? ClientCertificate.Parse(
                status.ClientCertificateData!,
                status.ClientKeyData!,
                (part, e) => Failed(configuration, $"gave a certificate that is of no use ({part.ToString().ToLowerInvariant()})", e)
            )
            : null;
        return new(string.IsNullOrEmpty(status.Token) ? null : new("Bearer", status.Token), certificate, status.ExpirationTimestamp);
    }

    // JSON or YAML, as in kubectl.
    private static ExecCredential? Parse(ExecConfiguration configuration, string output)
    {
        try
        {
            return output.AsSpan().TrimStart() is ['{', ..] ? JsonSerializer.Deserialize(output, ExecJson.Default.ExecCredential)
                : YamlJsonReader.Read(output).Root is JsonObject yaml ? yaml.Deserialize(ExecJson.Default.ExecCredential)
                : null;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // The parser's message may quote the output.
            throw Failed(configuration, "printed neither JSON nor YAML of an ExecCredential");
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            // The process has exited already.
        }
    }

    private static string Quote(string errors)
    {
        string text = errors.Trim();
        return text.Length == 0 ? "" : ": " + DisplayText.Truncate(text, MaximumErrorLength);
    }

    private static NodeManagerException Failed(ExecConfiguration configuration, string problem, Exception? cause = null) =>
        new(
            ErrorIds.CredentialPluginFailed,
            ErrorKind.AuthenticationError,
            $"The credential plugin '{configuration.Command}' {problem.TrimEnd('.')}.",
            configuration.Command,
            configuration.InstallHint ?? "Run the command manually to see its error; you might need to sign in again.",
            cause
        );
}
