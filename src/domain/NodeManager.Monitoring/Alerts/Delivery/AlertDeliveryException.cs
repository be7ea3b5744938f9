namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>A sink did not accept an alert. The message contains no address and no secret.</summary>
public sealed class AlertDeliveryException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The receiver rejects this alert for its content: after a few attempts it is dropped, and the next one is sent.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>The receiver's Retry-After.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
