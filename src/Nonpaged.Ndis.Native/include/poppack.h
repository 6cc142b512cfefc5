/* Ends what pshpack1.h, pshpack2.h, pshpack4.h or pshpack8.h began. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpragma-pack"
#endif
#pragma pack(pop)
