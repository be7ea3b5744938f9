using System.Text;

namespace NodeManager.Providers.ServerProcesses;

/// <summary>The standard error of a server process: the last lines, and optionally a file.</summary>
internal sealed class ServerLog : IDisposable
{
    private const int Kept = 5;
    private const int LongestQuote = 500;
    private const string AuditCategory = "NodeManager.Audit";
    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private readonly StreamWriter? _file;

    /// <param name="path">Appended to; null for none.</param>
    public ServerLog(string? path)
    {
        if (path is null)
            return;
        try
        {
            _file = new(
                new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete),
                new UTF8Encoding(false)
            )
            {
                AutoFlush = true,
            };
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(
                ErrorIds.ServerLogUnavailable,
                ErrorKind.ResourceUnavailable,
                $"The log file '{path}' cannot be written: {problem.Message}",
                path,
                "Specify a file in a folder that exists and that you may write to.",
                problem
            );
        }
    }

    /// <summary>Reads until the end, so that the process never blocks.</summary>
    public async Task ReadAsync(StreamReader errors)
    {
        try
        {
            while (await errors.ReadLineAsync() is { } line)
                Add(line);
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException)
        {
            // The process has ended.
        }
    }

    /// <summary>The last lines to append to a message, without audit lines; empty for none.</summary>
    public string Quote()
    {
        lock (_gate)
        {
            string text = string.Join(' ', _last).Trim();
            return text.Length == 0 ? "" : " Its last messages: " + DisplayText.Truncate(text, LongestQuote);
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _file?.Dispose();
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            try
            {
                _file?.WriteLine(line);
            }
            catch (Exception problem) when (problem is IOException or ObjectDisposedException)
            {
                // A full disk does not stop the server.
            }

            if (line.Trim().Length == 0 || line.Contains(AuditCategory, StringComparison.Ordinal))
                return;
            _last.Enqueue(line.Trim());
            while (_last.Count > Kept)
                _last.Dequeue();
        }
    }
}
