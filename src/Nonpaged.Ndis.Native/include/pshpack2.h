/* Packs the structures that follow to 2 bytes, until poppack.h. To be included again and again, so it has no guard. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpragma-pack"
#endif
#pragma pack(push, 2)
