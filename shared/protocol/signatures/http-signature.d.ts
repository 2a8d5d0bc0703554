/** The part of http-signature 1.4.0 that is used here, with the types that its code really has. */
declare module 'http-signature' {
  export interface ParsedRequest {
    readonly signingString: string;
    readonly params: { readonly keyId: string; readonly headers: readonly string[]; readonly signature: string };
  }
  export function parseRequest(
    request: { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>> },
    options: {
      readonly authorizationHeaderName: string;
      readonly algorithms: readonly string[];
      readonly headers: readonly string[];
      readonly clockSkew: number;
      readonly strict: boolean;
    },
  ): ParsedRequest;

  export interface Signed {
    readonly keyId: string;
    readonly algorithm: string;
    readonly signature: string;
  }
  export interface RequestSigner {
    writeTarget(method: string, path: string): void;
    writeHeader(name: string, value: string): string;
    sign(done: (error: Error | null, authorization: string) => void): void;
  }
  export function createSigner(options: {
    readonly sign: (data: string, done: (error: Error | null, signed: Signed) => void) => void;
  }): RequestSigner;
}
