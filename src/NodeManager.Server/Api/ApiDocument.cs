using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NodeManager.Server.Access;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Api;

internal static class ApiDocument
{
    public const string Path = "/api/v1/openapi.json";

    private const string Token = "token";

    public static void Add(IServiceCollection services) =>
        services.AddOpenApi(options =>
        {
            options.AddDocumentTransformer(
                (document, _, _) =>
                {
                    document.Info = new()
                    {
                        Title = "NodeManager",
                        Version = typeof(ApiDocument).Assembly.GetName().Version!.ToString(3),
                        Description = "Nodes, node pools and the scheduler of a Kubernetes cluster.",
                    };
                    // The caller knows the address; below it, a cluster has a prefix.
                    string prefix =
                        document.Servers is [{ Url: { } url }, ..] && Uri.TryCreate(url, UriKind.Absolute, out Uri? address)
                            ? address.AbsolutePath.TrimEnd('/')
                            : "";
                    document.Servers = prefix.Length > 0 ? [new() { Url = prefix }] : [];
                    document.Components ??= new();
                    document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
                    {
                        [Token] = new OpenApiSecurityScheme
                        {
                            Type = SecuritySchemeType.Http,
                            Scheme = "bearer",
                            Description = "A token that the server printed at its start.",
                        },
                    };
                    document.Security = [new() { [new OpenApiSecuritySchemeReference(Token, document)] = [] }];
                    foreach (IOpenApiSchema schema in document.Components.Schemas?.Values ?? [])
                        OmitNull(schema.Properties);
                    return Task.CompletedTask;
                }
            );
            options.AddSchemaTransformer(static (schema, context, _) => DescribeAsync(schema, context));
            options.AddOperationTransformer(
                (operation, context, _) =>
                {
                    foreach ((int status, string text) in Refusals(context.Description.ActionDescriptor.EndpointMetadata))
                        operation.Responses?.TryAdd($"{status}", new OpenApiResponse { Description = text });
                    return Task.CompletedTask;
                }
            );
        });

    public static void Map(IEndpointRouteBuilder routes) => routes.MapOpenApi(Path).ForAnyViewer();

    private static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        // Null is omitted, and optional unless a route requires the field.
        foreach (JsonPropertyInfo property in context.JsonTypeInfo.Properties)
            if (property.IsGetNullable && property.AttributeProvider?.IsDefined(typeof(RequiredAttribute), inherit: false) != true)
                schema.Required?.Remove(property.Name);
        // The generator knows no form of what a converter reads.
        if (context.JsonTypeInfo.Type == typeof(JsonObject))
            schema.Type = JsonSchemaType.Object;
        else if (context.JsonTypeInfo is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } element } && element == typeof(JsonObject))
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Object };
        if (ValuesOf(context.JsonPropertyInfo) is { } values)
            schema.Enum = [.. values.Select(static one => (JsonNode)one)];
        return Task.CompletedTask;
    }

    // Null fields are omitted in responses, and optional in requests.
    private static void OmitNull(IDictionary<string, IOpenApiSchema>? properties)
    {
        foreach ((string name, IOpenApiSchema property) in properties?.ToArray() ?? [])
        {
            if (
                property is OpenApiSchema { OneOf: [_, _] choices }
                && choices.SingleOrDefault(static one => one.Type != JsonSchemaType.Null) is { } choice
            )
                properties![name] = choice;
            else if (property is OpenApiSchema { Type: { } type } own)
                own.Type = type & ~JsonSchemaType.Null;
        }
    }

    private static IEnumerable<string>? ValuesOf(JsonPropertyInfo? property) =>
        property?.AttributeProvider?.GetCustomAttributes(inherit: false) is not { } attributes
            ? null
            : attributes.OfType<ValuesOfAttribute>().FirstOrDefault()?.Values
                ?? attributes.OfType<AllowedValuesAttribute>().FirstOrDefault()?.Values.OfType<string>();

    // Responses of every route, with the shape of errors.
    private static IEnumerable<(int, string)> Refusals(IList<object> metadata)
    {
        yield return (StatusCodes.Status401Unauthorized, "Without valid credentials.");
        if (metadata.OfType<Microsoft.AspNetCore.Authorization.IAuthorizeData>().Any(static one => one.Policy == AccessLevel.Admin))
            yield return (StatusCodes.Status403Forbidden, "The token only reads, or the server's user lacks a permission.");
        yield return (StatusCodes.Status429TooManyRequests, "Too many requests.");
    }
}
