namespace NodeManager.Kubernetes.Transport;

/// <summary>When a request may be sent again.</summary>
internal enum RetryMode
{
    /// <summary>Only when the connection was never made.</summary>
    Never,

    /// <summary>Also when the server said that it did not process it (429).</summary>
    WhenRefused,

    /// <summary>Whenever the failure may pass: sending it twice does what sending it once does.</summary>
    Always,
}
