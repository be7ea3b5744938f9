using System.Text.Json.Nodes;

namespace NodeManager.Providers.Alerts;

/// <summary>
/// A Slack incoming webhook with text for notifications, and blocks. Sources:
/// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and the limits of
/// https://docs.slack.dev/reference/block-kit/blocks
/// </summary>
internal static class SlackSink
{
    private const int LongestHeader = 150;
    private const int LongestSection = 3000;
    private const int LongestField = 2000;

    public static JsonObject Body(NodeAlert alert) =>
        new()
        {
            ["text"] = ChatText.Truncate(Escape($"{ChatText.Title(alert)}: {alert.Message}"), LongestSection),
            ["blocks"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "header",
                    ["text"] = new JsonObject
                    {
                        ["type"] = "plain_text",
                        ["text"] = ChatText.Truncate(ChatText.Title(alert), LongestHeader),
                    },
                },
                new JsonObject { ["type"] = "section", ["text"] = Markdown(ChatText.Truncate(Escape(alert.Message), LongestSection)) },
                new JsonObject
                {
                    ["type"] = "section",
                    ["fields"] = new JsonArray([
                        .. ChatText
                            .Facts(alert)
                            .Select(static fact =>
                                Markdown(ChatText.Truncate($"*{Escape(fact.Name)}*\n{Escape(fact.Value)}", LongestField))
                            ),
                    ]),
                },
                new JsonObject { ["type"] = "context", ["elements"] = new JsonArray(Markdown($"Alert {alert.TransitionId}")) }
            ),
        };

    private static JsonObject Markdown(string text) => new() { ["type"] = "mrkdwn", ["text"] = text };

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
}
