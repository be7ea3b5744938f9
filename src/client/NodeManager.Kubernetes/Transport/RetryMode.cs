namespace NodeManager.Kubernetes.Transport;

/// <summary>When a request may be sent again.</summary>
internal enum RetryMode
{
    /// <summary>Only before a connection was made.</summary>
    Never,

    /// <summary>Also after a 429, which says that it was not processed.</summary>
    WhenRefused,

    /// <summary>After any transient failure: the request is idempotent.</summary>
    Always,
}
