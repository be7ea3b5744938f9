using System.Diagnostics;
using System.Net;
using System.Security;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Providers.PoolService;

/// <summary>Provides the bearer token, and refreshes it after a refusal. Thread-safe.</summary>
internal sealed class PoolTokenSource(PoolServiceConfiguration configuration, string? fixedToken, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private string? _current = fixedToken ?? Reveal(configuration.Token);

    private bool CanRefresh =>
        fixedToken is null && configuration.Token is null && (configuration.TokenPath.Length > 0 || configuration.TokenCommand.Length > 0);

    /// <summary>Requests have a token.</summary>
    public bool HasToken => _current is not null || CanRefresh;

    public void Dispose() => _gate.Dispose();

    /// <param name="refused">The refused token; null for the first request.</param>
    /// <returns>Null without a token; the refused one if there is no other.</returns>
    public async Task<string?> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        if (!CanRefresh)
            return _current;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            // The first of several refused requests refreshes it.
            if (_current is null || _current == refused)
                _current = await ReadAsync(cancellationToken);
            return _current;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        string source =
            configuration.TokenPath.Length > 0
                ? $"the file '{configuration.TokenPath}'"
                : $"the command '{Words(configuration.TokenCommand)[0]}'";
        string token;
        try
        {
            token = (
                configuration.TokenPath.Length > 0
                    ? await File.ReadAllTextAsync(configuration.TokenPath, cancellationToken)
                    : await RunAsync(cancellationToken)
            ).Trim();
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or InvalidOperationException
                        or System.ComponentModel.Win32Exception
                        or TimeoutException
            )
        {
            throw Invalid(source, e.Message, e);
        }

        if (token.Length == 0)
            throw Invalid(source, "it is empty", null);
        if (token.Any(char.IsControl))
            throw Invalid(source, "it contains a line break or another control character", null);
        return token;
    }

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        string[] words = Words(configuration.TokenCommand);
        string program = CommandPath.Find(words[0]) ?? throw new InvalidOperationException("no folder of PATH has it");
        using var process = new Process
        {
            StartInfo = new(program, words.Skip(1))
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                CreateNoWindow = true,
            },
        };
        process.Start();
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(CommandLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(either.Token),
                errors = process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            string errorText = await errors;
            return process.ExitCode == 0
                ? await output
                : throw new InvalidOperationException($"it ended with exit code {process.ExitCode}: {errorText.Trim()}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"it did not end within {CommandLimit.TotalSeconds} s");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Splits words; double quotes group them.</summary>
    internal static string[] Words(string command)
    {
        List<string> words = [];
        var word = new System.Text.StringBuilder();
        bool quoted = false,
            any = false;
        foreach (char letter in command)
        {
            if (letter == '"')
            {
                quoted = !quoted;
                any = true;
            }
            else if (char.IsWhiteSpace(letter) && !quoted)
            {
                if (any)
                    words.Add(word.ToString());
                word.Clear();
                any = false;
            }
            else
            {
                word.Append(letter);
                any = true;
            }
        }

        if (any)
            words.Add(word.ToString());
        return words.Count > 0 ? [.. words] : [""];
    }

    private static NodeManagerException Invalid(string source, string why, Exception? cause) =>
        new(
            ErrorIds.PoolServiceInvalid,
            ErrorKind.AuthenticationError,
            $"The pool service's token cannot be read from {source}: {why}.",
            source,
            "Correct TokenPath or TokenCommand of the pool service's configuration.",
            cause
        );

    private static string? Reveal(SecureString? token) => token is null ? null : new NetworkCredential("", token).Password;
}
