using NodeManager.Kubernetes.Credentials;

namespace NodeManager.Kubernetes.Authentication;

/// <summary>A token that something else renews, in a file: read again when the file changes, every minute, and when it was refused.</summary>
/// <param name="path">The file.</param>
/// <param name="token">What is sent as long as the file cannot be read; null: that is an error.</param>
/// <param name="time">Says when a minute has passed.</param>
internal sealed class TokenFileSource(string path, string? token, TimeProvider time) : CredentialSource(Credential.None)
{
    // A mounted secret is swapped behind a link, which does not change itself.
    private static readonly TimeSpan Trusted = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private Credential? _current = token is null ? null : Credential.Bearer(token);
    private long? _read;
    private DateTime _written;

    public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            bool fresh = _read is { } read && time.GetElapsedTime(read) < Trusted && File.GetLastWriteTimeUtc(path) == _written;
            return ValueTask.FromResult(fresh ? _current! : Read());
        }
    }

    public override ValueTask<Credential> RefreshAsync(Credential refused, CancellationToken cancellationToken)
    {
        lock (_lock)
            return ValueTask.FromResult(ReferenceEquals(_current, refused) ? Read() : _current!);
    }

    private Credential Read()
    {
        try
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            string content = File.ReadAllText(path).Trim();
            if (content.Length == 0)
                throw new IOException("it is empty");
            if (!HeaderText.IsValid(content))
                throw new IOException("it contains a line break or another control character");
            if (_current?.Header?.Parameter != content)
                _current = Credential.Bearer(content);
            _written = written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In the middle of being renewed; what it held may still do.
            if (_current is null)
                throw new NodeManagerException(
                    ErrorIds.KubeconfigInvalid,
                    ErrorKind.AuthenticationError,
                    $"The token file '{path}' cannot be read: {e.Message}",
                    path,
                    "Check that the file exists and that you have read permission.",
                    e
                );
        }

        _read = time.GetTimestamp();
        return _current;
    }
}
